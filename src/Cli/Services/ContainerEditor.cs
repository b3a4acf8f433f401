using Orch.Cli.Parsing;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Services;

/// <summary>The container's share of <c>service update</c>.</summary>
internal static class ContainerEditor
{
    public static ContainerSpec Apply(ContainerSpec old, ParsedFlags flags, IObjectLookup lookup, Func<string, string?> env)
    {
        var (capabilitiesAdded, capabilitiesDropped) = Capabilities(flags, old);
        return old with
        {
            Image = flags.Text("image") is { } image ? OtherSyntax.Image(image) : old.Image,
            Labels = ListEdit.Map(flags, "container-label", old.Labels),
            Command = flags.Has("entrypoint") ? SpecBuilder.Words(flags, "entrypoint") : old.Command,
            Args = flags.Has("args") ? SpecBuilder.Words(flags, "args") : old.Args,
            Hostname = Text(flags, "hostname", old.Hostname),
            Env = ListEdit.Keyed(flags, "env", old.Env, word => EnvironmentFlags.Read([], [word], env)[0],
                word => Csv.KeyValue(word).Key, word => Csv.KeyValue(word).Key),
            Dir = Text(flags, "workdir", old.Dir),
            User = Text(flags, "user", old.User),
            Groups = ListEdit.Texts(flags, "group", old.Groups),
            Privileges = SpecParts.Credentials(flags, old.Privileges),
            Init = flags.Has("init") ? flags.On("init") : old.Init,
            StopSignal = Text(flags, "stop-signal", old.StopSignal),
            TTY = Switch(flags, "tty", old.TTY),
            ReadOnly = Switch(flags, "read-only", old.ReadOnly),
            Mounts = ListEdit.Keyed(flags, "mount", old.Mounts, MountSyntax.Parse, mount => mount.Target ?? "", path => path),
            StopGracePeriod = flags.Nanos("stop-grace-period") ?? old.StopGracePeriod,
            Healthcheck = SpecParts.Health(flags, old.Healthcheck),
            Hosts = Hosts(flags, old.Hosts),
            DNSConfig = Dns(flags, old.DNSConfig),
            Secrets = References(flags, "secret", old.Secrets, reference => reference.SecretName, lookup),
            Configs = References(flags, "config", old.Configs, reference => reference.ConfigName, lookup),
            PullOptions = flags.Text("pull") is { } pull ? new() { Policy = pull } : old.PullOptions,
            Isolation = Text(flags, "isolation", old.Isolation),
            Sysctls = ListEdit.Map(flags, "sysctl", old.Sysctls),
            CapabilityAdd = capabilitiesAdded,
            CapabilityDrop = capabilitiesDropped,
            Ulimits = ListEdit.Keyed(flags, "ulimit", old.Ulimits, OtherSyntax.Ulimit,
                ulimit => ulimit.Name ?? "", text => Csv.KeyValue(text).Key),
            HostConfig = HostFlags.Edit(flags, old.HostConfig),
            OomScoreAdj = flags.Has("oom-score-adj")
                ? flags.Number("oom-score-adj") is not 0 and var score ? score : null : old.OomScoreAdj,
        };
    }

    private static string? Text(ParsedFlags flags, string name, string? old) =>
        !flags.Has(name) ? old : flags.Text(name) is { Length: > 0 } text ? text : null;

    private static bool? Switch(ParsedFlags flags, string name, bool? old) =>
        !flags.Has(name) ? old : flags.On(name) ? true : null;

    private static DnsConfig? Dns(ParsedFlags flags, DnsConfig? old)
    {
        if (!flags.HasAny("dns-add", "dns-rm", "dns-option-add", "dns-option-rm", "dns-search-add", "dns-search-rm"))
            return old;
        var dns = old ?? new();
        return dns with
        {
            Nameservers = ListEdit.Texts(flags, "dns", dns.Nameservers),
            Options = ListEdit.Texts(flags, "dns-option", dns.Options),
            Search = ListEdit.Texts(flags, "dns-search", dns.Search),
        };
    }

    /// <summary>The order of a hosts file has meaning: what is added comes last.</summary>
    private static List<string>? Hosts(ParsedFlags flags, List<string>? old)
    {
        if (!flags.HasAny("host-add", "host-rm"))
            return old;
        var removed = flags.All("host-rm").Select(Removed).ToList();
        var kept = (old ?? []).Where(entry => !removed.Any(remove => remove(entry)));
        return kept.Concat(flags.Each("host-add", OtherSyntax.Host)).Distinct().ToList().OrNull();
    }

    private static Func<string, bool> Removed(string text)
    {
        if (text.IndexOfAny([':', '=']) < 0)
            return entry => entry.Split(' ').Skip(1).Contains(text);
        var exact = OtherSyntax.Host(text);
        return entry => entry == exact;
    }

    /// <summary>Adding a capability takes it off the dropped ones, and the other way round.</summary>
    private static (List<string>? Added, List<string>? Dropped) Capabilities(ParsedFlags flags, ContainerSpec old)
    {
        if (!flags.HasAny("cap-add", "cap-drop"))
            return (old.CapabilityAdd, old.CapabilityDrop);
        var add = flags.All("cap-add").Select(OtherSyntax.Capability).ToHashSet();
        var drop = flags.All("cap-drop").Select(OtherSyntax.Capability).ToHashSet();
        var (oldAdd, oldDrop) = ((old.CapabilityAdd ?? []).ToHashSet(), (old.CapabilityDrop ?? []).ToHashSet());
        // What is dropped now and was added before only loses its addition: it goes back to the engine's default.
        var added = oldAdd.Except(drop).Concat(add.Except(drop).Except(oldDrop));
        var dropped = oldDrop.Except(add).Concat(drop.Except(oldAdd));
        return (added.Distinct().Order(StringComparer.Ordinal).ToList().OrNull(),
            dropped.Distinct().Order(StringComparer.Ordinal).ToList().OrNull());
    }

    private static List<FileReference>? References(ParsedFlags flags, string kind, List<FileReference>? old,
        Func<FileReference, string?> name, IObjectLookup lookup)
    {
        if (!flags.HasAny(kind + "-add", kind + "-rm"))
            return old;
        var removed = flags.All(kind + "-rm").ToHashSet();
        var added = SpecBuilder.References(flags.Each(kind + "-add", OtherSyntax.FileReference), kind, lookup);
        return (old ?? []).Where(reference => !removed.Contains(name(reference) ?? "")
                && added.All(a => a.File!.Name != reference.File?.Name))
            .Concat(added).ToList().OrNull();
    }
}
