using System.Text.Json;
using Orch.Core.Model.Specs;
using Orch.Stacks.Loading;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Conversion;

/// <summary>What a service says of its containers.</summary>
internal sealed class ContainerConverter(string stack, StackFile file, ProblemList problems)
{
    public ContainerSpec Convert(MapNode service) => new()
    {
        Command = service.Texts("entrypoint"),
        Args = service.Texts("command"),
        Hostname = service.Text("hostname"),
        Env = Environment(service.Map("environment")),
        Labels = StackNames.Labels(stack, service.Pairs("labels")),
        Dir = service.Text("working_dir"),
        User = service.Text("user"),
        Groups = service.Texts("group_add"),
        Privileges = Privileges(service),
        Init = service.Bool("init"),
        StopSignal = service.Text("stop_signal"),
        TTY = True(service, "tty"),
        OpenStdin = True(service, "stdin_open"),
        ReadOnly = True(service, "read_only"),
        Mounts = new MountConverter(stack, file).Convert(service),
        StopGracePeriod = service.Nanos("stop_grace_period"),
        Healthcheck = Health(service.Map("healthcheck")),
        Hosts = service.Texts("extra_hosts")?.ConvertAll(Host),
        DNSConfig = Dns(service),
        Isolation = service.Text("isolation"),
        Sysctls = service.Pairs("sysctls"),
        CapabilityAdd = Capabilities(service.Texts("cap_add")),
        CapabilityDrop = Capabilities(service.Texts("cap_drop")),
        Ulimits = Ulimits(service.Map("ulimits")),
        PullOptions = service.Text("pull_policy") is { } pull ? new() { Policy = pull == "if_not_present" ? "missing" : pull } : null,
        HostConfig = new HostConverter(problems).Convert(service),
        OomScoreAdj = service.Long("oom_score_adj") is not 0 and var score ? score : null,
    };

    private static bool? True(MapNode service, string key) => service.Bool(key) == true ? true : null;

    private static List<string>? Environment(MapNode? environment) => environment is not { Entries.Count: > 0 } ? null
        : [.. environment.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => entry.Value is ScalarNode { IsNull: false } value ? $"{entry.Key}={value.Text}" : entry.Key)];

    /// <summary>HOST:IP becomes the hosts file's order; the address may hold colons itself.</summary>
    private static string Host(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return $"{text[(colon + 1)..].Trim('[', ']')} {text[..colon]}";
    }

    private static HealthConfig? Health(MapNode? check)
    {
        if (check is null)
            return null;
        if (check.Bool("disable") == true)
            return new() { Test = ["NONE"] };
        return new()
        {
            Test = check.Texts("test"),
            Interval = check.Nanos("interval"),
            Timeout = check.Nanos("timeout"),
            StartPeriod = check.Nanos("start_period"),
            StartInterval = check.Nanos("start_interval"),
            Retries = (int?)check.Long("retries"),
        };
    }

    private static DnsConfig? Dns(MapNode service)
    {
        var (servers, search, options) = (service.Texts("dns"), service.Texts("dns_search"), service.Texts("dns_opt"));
        return servers is null && search is null && options is null ? null
            : new() { Nameservers = servers, Search = search, Options = options };
    }

    private static List<string>? Capabilities(List<string>? names) => names is null ? null
        : [.. names.Select(name => name.Trim().ToUpperInvariant())
            .Select(name => name is "ALL" || name.StartsWith("CAP_", StringComparison.Ordinal) ? name : "CAP_" + name)
            .Distinct().Order(StringComparer.Ordinal)];

    private static List<Ulimit>? Ulimits(MapNode? limits) => limits is not { Entries.Count: > 0 } ? null
        : [.. limits.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new Ulimit
        {
            Name = entry.Key,
            Soft = ((MapNode)entry.Value).Long("soft") ?? 0,
            Hard = ((MapNode)entry.Value).Long("hard") ?? 0,
        })];

    private static Privileges? Privileges(MapNode service)
    {
        var noNew = HostConverter.HasNoNewPrivileges(service);
        var credentials = service.Map("credential_spec");
        if (noNew is null && credentials is null)
            return null;
        return new() { NoNewPrivileges = noNew, Unknown = credentials is null ? null : new() { ["CredentialSpec"] = Credentials(credentials) } };
    }

    /// <summary>For engines on Windows; kept in a member that the spec does not model.</summary>
    private static JsonElement Credentials(MapNode spec) => JsonBody.Of(json =>
    {
        json.WriteString("Config", spec.Text("config") ?? "");
        json.WriteString("File", spec.Text("file") ?? "");
        json.WriteString("Registry", spec.Text("registry") ?? "");
    });
}
