using System.Text.RegularExpressions;
using Orch.Core.Commands;
using Orch.Stacks.Reading;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Loading;

/// <summary>What can only be judged once everything is merged: references, contradictions, what is missing.</summary>
internal static partial class StackChecks
{
    private static readonly string[] Sources = ["file", "environment", "content"];

    /// <summary>Where variables are left as they are written, nothing is said of a text that they are part of.</summary>
    public static void Check(StackFile file, MapNode? allServices, bool isFilledIn, ProblemList problems)
    {
        foreach (var entry in file.Services.Entries)
            if (entry.Value is MapNode service)
            {
                Service(file, entry, service, allServices ?? file.Services, problems);
                if (isFilledIn && service["image"] is ScalarNode { Text.Length: > 0 } image && !SpecRules.IsImage(image.Text))
                    problems.Error(image.At, $"services.{entry.Key}.image is no name of an image: {Plain.Show(image)}",
                        "write [REGISTRY/]NAME[:TAG], the name in lower case");
            }
        Files(file.Secrets, "secrets", "secret", problems);
        Files(file.Configs, "configs", "config", problems);
        foreach (var (section, map) in new[] { ("networks", file.Networks), ("volumes", file.Volumes) })
            foreach (var entry in map.Entries)
                if (entry.Value is MapNode value)
                    External(section, entry, value, problems);
        DependencyOrder.Check(file.Services, problems);
        Ports(file.Services, problems);
    }

    private static void Service(StackFile file, Entry entry, MapNode service, MapNode all, ProblemList problems)
    {
        var path = $"services.{entry.Key}";
        if (!Name().IsMatch(entry.Key))
            problems.Error(entry.At, $"'{entry.Key}' is no name for a service", "use letters, digits, '-', '_' and '.', beginning with a letter or digit");
        if (service["image"] is not ScalarNode { Text.Length: > 0 })
            problems.Error(entry.At, $"{path} has no image", service["build"] is null ? "write image: NAME:TAG"
                : "build is not done by a cluster: build and push the image, and name it with image:");
        References(service["networks"] as MapNode, file.Networks, $"{path}.networks", "network", "default", problems);
        References(service["secrets"] as ListNode, "source", file.Secrets, $"{path}.secrets", "secret", problems);
        References(service["configs"] as ListNode, "source", file.Configs, $"{path}.configs", "config", problems);
        foreach (var mount in (service["volumes"] as ListNode)?.Items.OfType<MapNode>() ?? [])
            if (mount["type"] is ScalarNode { Text: "volume" } && mount["source"] is ScalarNode { Text.Length: > 0 } source)
                Known(source, file.Volumes, $"{path}.volumes", "volume", problems);
        if (service["network_mode"] is { } mode && service["networks"] is not null)
            problems.Error(mode.At, $"{path} has both network_mode and networks", "keep one of them");
        foreach (var dependency in (service["depends_on"] as MapNode)?.Entries ?? [])
        {
            Dependency(dependency, file.Services, all, path, problems);
            Completion(dependency, file.Services, path, problems);
        }
        Deploy(service, path, problems);
    }

    private static void Deploy(MapNode service, string path, ProblemList problems)
    {
        if (service["deploy"] is not MapNode deploy)
            return;
        var mode = (deploy["mode"] as ScalarNode)?.Text ?? "replicated";
        if (mode is "global" or "global-job" && deploy["replicas"] is { } replicas)
            problems.Error(replicas.At, $"{path}.deploy.replicas does not go with mode {mode}, which runs one task on every node");
        if (mode.EndsWith("-job", StringComparison.Ordinal))
            foreach (var key in new[] { "update_config", "rollback_config" })
                if (deploy.Find(key) is { } entry)
                    problems.Error(entry.At, $"{path}.deploy.{key} does not go with mode {mode}", "a job runs to its end; it is not updated in steps");
        if (deploy["endpoint_mode"] is ScalarNode { Text: "dnsrr" } dnsrr
            && (service["ports"] as ListNode)?.Items.OfType<MapNode>().Any(port => port["mode"] is not ScalarNode { Text: "host" }) == true)
            problems.Error(dnsrr.At, $"{path}: ports published on every node (ingress) need endpoint_mode vip",
                "publish them with mode: host, or leave endpoint_mode out");
    }

    private static void Dependency(Entry dependency, MapNode services, MapNode all, string path, ProblemList problems)
    {
        if (services[dependency.Key] is not null || dependency.Value is MapNode map && map["required"] is ScalarNode { Text: "false" })
            return;
        if (all[dependency.Key] is not null)
            problems.Error(dependency.At, $"{path} depends on {dependency.Key}, whose profile is not active", "activate it with --profile, or write required: false");
        else
            problems.Error(dependency.At, $"{path} depends on {dependency.Key}, which is no service of this stack",
                Nearest.To(dependency.Key, services.Entries.Select(entry => entry.Key)) is { } near ? $"did you mean {near}?" : null);
    }

    /// <summary>Compose leaves a service alone that ended; a cluster runs it again unless it is told not to.</summary>
    private static void Completion(Entry dependency, MapNode services, string path, ProblemList problems)
    {
        if ((dependency.Value as MapNode)?["condition"] is not ScalarNode { Text: "service_completed_successfully" }
            || services[dependency.Key] is not MapNode other)
            return;
        var deploy = other["deploy"] as MapNode;
        var isJob = deploy?["mode"] is ScalarNode { Text: "replicated-job" or "global-job" };
        var condition = ((deploy?["restart_policy"] as MapNode)?["condition"] as ScalarNode)?.Text
            ?? (other["restart"] as ScalarNode)?.Text.Split(':')[0];
        if (!isJob && condition is not ("none" or "no" or "on-failure"))
            problems.Warn(dependency.At, $"{path} waits for {dependency.Key} to complete, but {dependency.Key} is started again whenever it ends",
                "write restart: on-failure there, or deploy.mode: replicated-job");
    }

    private static void References(MapNode? used, MapNode defined, string path, string kind, string always, ProblemList problems)
    {
        foreach (var entry in used?.Entries ?? [])
            if (entry.Key != always)
                Known(ScalarNode.Of(entry.At, entry.Key), defined, path, kind, problems);
    }

    private static void References(ListNode? used, string key, MapNode defined, string path, string kind, ProblemList problems)
    {
        foreach (var item in used?.Items.OfType<MapNode>() ?? [])
            if (item[key] is ScalarNode name)
                Known(name, defined, path, kind, problems);
    }

    private static void Known(ScalarNode name, MapNode defined, string path, string kind, ProblemList problems)
    {
        if (defined.Find(name.Text) is not null)
            return;
        var near = Nearest.To(name.Text, defined.Entries.Select(entry => entry.Key));
        problems.Error(name.At, $"{path}: there is no {kind} {name.Text} in this stack",
            near is null ? $"define it under {kind}s at the top level" : $"did you mean {near}?");
    }

    private static void Files(MapNode section, string name, string kind, ProblemList problems)
    {
        foreach (var entry in section.Entries)
        {
            if (entry.Value is not MapNode value)
                continue;
            External(name, entry, value, problems);
            var given = Sources.Where(source => value[source] is not null).ToList();
            if (given.Count > 1)
                problems.Error(entry.At, $"{name}.{entry.Key} has {string.Join(" and ", given)}", "a " + kind + " comes from one of them");
            if (given.Count == 0 && value["external"] is null && value["driver"] is null)
                problems.Error(entry.At, $"{name}.{entry.Key} has no content", "give one of file, environment, content, or external: true");
        }
    }

    /// <summary>What exists already has nothing but a name.</summary>
    private static void External(string section, Entry entry, MapNode value, ProblemList problems)
    {
        if (value["external"] is null)
            return;
        foreach (var other in value.Entries)
            if (other.Key is not ("external" or "name") && !other.Key.StartsWith("x-", StringComparison.Ordinal))
                problems.Error(other.At, $"{section}.{entry.Key} is external: '{other.Key}' does not go with that",
                    "an external object exists already; only its name counts");
    }

    private static void Ports(MapNode services, ProblemList problems)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in services.Entries)
            foreach (var port in ((entry.Value as MapNode)?["ports"] as ListNode)?.Items.OfType<MapNode>() ?? [])
            {
                string Part(string key) => (port[key] as ScalarNode)?.Text ?? "";
                if (Part("published").Length == 0 || Part("mode") == "host")
                    continue;
                var key = $"{Part("published")}/{(Part("protocol") is { Length: > 0 } protocol ? protocol : "tcp")}";
                if (!taken.TryAdd(key, entry.Key))
                    problems.Error(port.At, $"port {key} is published by services.{taken[key]} already", "a port of the cluster leads to one service");
            }
    }

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]*$")]
    private static partial Regex Name();
}
