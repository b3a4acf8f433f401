using Orch.Cli.Contexts;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Completion;

/// <summary>
/// What may follow the words typed so far: commands, their options, and names of what they are about. Whatever goes wrong
/// (no manager, no right to ask) means that nothing is known, never an error in the middle of somebody's typing.
/// </summary>
internal static class Completer
{
    private const int MostNames = 1000;

    public static IEnumerable<string> Of(Invocation call)
    {
        var words = call.Words;
        var typed = words.Count == 0 ? "" : words[^1];
        var before = words.Take(Math.Max(0, words.Count - 1)).ToList();
        return Candidates(call, before, typed).Where(word => word.StartsWith(typed, StringComparison.Ordinal) && IsPlain(word))
            .Distinct().Order(StringComparer.Ordinal);
    }

    /// <summary>Names come from the cluster: one that means something to a shell or a terminal is not put into a command line.</summary>
    private static bool IsPlain(string word) =>
        word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '@' or '+' or ',' or '%');

    private static IEnumerable<string> Candidates(Invocation call, List<string> before, string typed)
    {
        var plain = Plain(before, App.GlobalFlags);
        var (command, used) = CommandTable.Find(plain);
        if (command is null)
            return typed.StartsWith('-') ? Flags(App.GlobalFlags) : Commands(plain);
        IReadOnlyList<Flag> flags = [.. command.Flags, .. App.GlobalFlags];
        if (before.Count > 0 && Flag(flags, before[^1]) is { Kind: not FlagKind.Switch } open && !before[^1].Contains('='))
            return Values(call, open);
        if (typed.StartsWith('-'))
            return Flags(flags);
        return Names(call, command, Plain(before, flags).Skip(used).ToList());
    }

    /// <summary>The next word of the commands that begin like this.</summary>
    private static IEnumerable<string> Commands(List<string> plain) => CommandTable.All.Where(entry => !entry.Hidden)
        .Select(entry => entry.Name.Split(' '))
        .Where(name => name.Length > plain.Count && name.Take(plain.Count).SequenceEqual(plain))
        .Select(name => name[plain.Count]);

    private static IEnumerable<string> Flags(IEnumerable<Flag> flags) =>
        flags.Where(flag => !flag.Hidden).Select(flag => "--" + flag.Name);

    /// <summary>The words that are neither options nor the values of options.</summary>
    private static List<string> Plain(List<string> words, IReadOnlyList<Flag> flags)
    {
        var plain = new List<string>();
        for (var i = 0; i < words.Count; i++)
        {
            if (!words[i].StartsWith('-') || words[i] == "-")
                plain.Add(words[i]);
            else if (!words[i].Contains('=') && Flag(flags, words[i]) is { Kind: not FlagKind.Switch })
                i++;
        }
        return plain;
    }

    private static Flag? Flag(IEnumerable<Flag> flags, string word) => flags.FirstOrDefault(flag =>
        word == "--" + flag.Name || (flag.Short != '\0' && word.Length > 1 && word[0] == '-' && word[1] != '-' && word[^1] == flag.Short));

    private static IEnumerable<string> Values(Invocation call, Flag flag) => flag.Name switch
    {
        "context" => Contexts(call),
        "role" => ["viewer", "operator", "admin", "worker", "manager"],
        "availability" => ["active", "pause", "drain"],
        "network" or "network-add" or "network-rm" => Networks(call),
        "type" => ["A", "AAAA", "SRV", "PTR"],
        "from" when flag.Type == "task" => Tasks(call),
        "endpoint-mode" => ["vip", "dnsrr"],
        "mode" => ["replicated", "global", "replicated-job", "global-job"],
        "restart-condition" => ["none", "on-failure", "any"],
        "update-order" or "rollback-order" => ["start-first", "stop-first"],
        "update-failure-action" => ["pause", "continue", "rollback"],
        "rollback-failure-action" => ["pause", "continue"],
        _ => [],
    };

    /// <summary>By the first word of the command's usage that stands for a name: SERVICE, NODE, STACK, NAME…</summary>
    private static IEnumerable<string> Names(Invocation call, Command command, List<string> given)
    {
        if (given.Count >= command.MaxWords || command.Name.EndsWith(" create", StringComparison.Ordinal))
            return [];
        var usage = command.Usage.Replace("[OPTIONS]", "", StringComparison.Ordinal).Trim();
        var names = command.Name switch
        {
            "token" => ["worker", "manager"],
            "completion" => ["bash", "zsh", "fish"],
            _ when command.Name.StartsWith("context ", StringComparison.Ordinal) => Contexts(call),
            _ when command.Name.StartsWith("api-token ", StringComparison.Ordinal) => Ask(() =>
                call.Client.Get("/orch/v1/api-tokens", ApiJson.Default.ListApiTokenView).Select(token => token.Name)),
            "logs" => [.. Services(call), .. Stacks(call)],
            _ when usage.StartsWith("SERVICE", StringComparison.Ordinal) => Services(call),
            _ when usage.StartsWith("NETWORK", StringComparison.Ordinal) || usage.StartsWith("[NETWORK", StringComparison.Ordinal) => Networks(call),
            _ when usage.StartsWith("NODE", StringComparison.Ordinal) || usage.StartsWith("[NODE", StringComparison.Ordinal)
                || usage.StartsWith("self", StringComparison.Ordinal) => [.. Nodes(call), "self"],
            _ when usage.StartsWith("STACK", StringComparison.Ordinal) || usage.StartsWith("[STACK", StringComparison.Ordinal) => Stacks(call),
            _ when usage.StartsWith("SECRET", StringComparison.Ordinal) => Files(call, command, given, "/secrets"),
            _ when usage.StartsWith("CONFIG", StringComparison.Ordinal) => Files(call, command, given, "/configs"),
            "registry login" or "registry logout" => Ask(() =>
                call.Client.Get("/orch/v1/registries", ApiJson.Default.ListRegistryView).Select(login => login.ServerAddress)),
            _ => (IEnumerable<string>)[],
        };
        return names.Except(given);
    }

    private static IEnumerable<string> Contexts(Invocation call) =>
        [ContextStore.Local, .. Ask(() => ContextStore.Of(call.Terminal.Env).All().Select(context => context.Name))];

    private static List<string> Services(Invocation call) => Ask(() =>
        call.Client.Get("/services", ApiJson.Default.ListServiceView).Select(service => service.Spec.Name));

    private static List<string> Networks(Invocation call) => Ask(() =>
        call.Client.Get("/networks", ApiJson.Default.ListNetworkView).Select(network => network.Name));

    /// <summary>As SERVICE.SLOT, which people can read.</summary>
    private static List<string> Tasks(Invocation call) => Ask(() =>
    {
        var names = call.Client.Get("/services", ApiJson.Default.ListServiceView).ToDictionary(service => service.ID, service => service.Spec.Name);
        return call.Client.Get("/tasks", ApiJson.Default.ListTaskView)
            .Where(task => task is { Slot: > 0, DesiredState: "running" } && names.ContainsKey(task.ServiceID))
            .Select(task => $"{names[task.ServiceID]}.{task.Slot}");
    });

    private static List<string> Stacks(Invocation call) => Ask(() =>
        call.Client.Get("/services", ApiJson.Default.ListServiceView)
            .Select(service => service.Spec.Labels?.GetValueOrDefault("com.docker.stack.namespace")).OfType<string>());

    /// <summary>What follows the name in <c>secret update</c> is a file of this machine: the shell knows those.</summary>
    private static List<string> Files(Invocation call, Command command, List<string> given, string path) =>
        given.Count > 0 && !command.Usage.Contains("...", StringComparison.Ordinal) ? []
            : Ask(() => call.Client.Get(path, ApiJson.Default.ListFileView).Select(file => file.Spec.Name));

    private static List<string> Nodes(Invocation call) => Ask(() =>
        call.Client.Get("/nodes", ApiJson.Default.ListNodeView).Select(node => node.Description.Hostname));

    private static List<string> Ask(Func<IEnumerable<string>> names)
    {
        try
        {
            // One that looks like an option would be taken for one.
            return [.. names().Where(name => !name.StartsWith('-')).Take(MostNames)];
        }
        catch (Exception e) when (e is CommandException or IOException or System.Text.Json.JsonException)
        {
            return [];
        }
    }
}
