using Orch.Cli.Commands.ApiToken;
using Orch.Cli.Commands.Cluster;
using Orch.Cli.Commands.Context;
using Orch.Cli.Commands.Files;
using Orch.Cli.Commands.Names;
using Orch.Cli.Commands.Network;
using Orch.Cli.Commands.Node;
using Orch.Cli.Commands.Pool;
using Orch.Cli.Commands.Port;
using Orch.Cli.Commands.Registry;
using Orch.Cli.Commands.Service;
using Orch.Cli.Commands.Stack;
using Orch.Cli.Parsing;
using Orch.Core.Model;

namespace Orch.Cli;

/// <summary>Every command by its words. A definition is only built for the command that runs: start-up time counts.</summary>
internal static class CommandTable
{
    internal sealed record Entry(string Name, string Summary, Func<Command> Define, bool Hidden = false);

    public static readonly Entry[] All =
    [
        new("init", "Make this machine the first of a new cluster", () => InitCommand.Definition),
        new("join", "Join this machine to a cluster", () => JoinCommand.Definition),
        new("leave", "Take this machine out of its cluster", () => LeaveCommand.Definition),
        new("start", "Start this machine's daemons", () => StartCommand.Definition),
        new("stop", "Stop this machine's daemons", () => StopCommand.Definition),
        new("status", "Show how the cluster does and what is wrong", () => StatusCommand.Definition),
        new("doctor", "Look whether this machine can do its part", () => DoctorCommand.Definition),
        new("logs", "Show the logs of services, tasks, stacks or nodes", () => LogsCommand.Definition),
        new("token", "Show or rotate the token that machines join with", () => TokenCommand.Definition),
        new("version", "Show the versions of client and manager", () => VersionCommand.Definition),
        new("supervise", "Keep the daemons of this machine running", () => SuperviseCommand.Definition, Hidden: true),
        .. Files("config", "configs", FileKind.Config),
        new("completion", "Print the completion script of a shell", () => CompletionCommand.Definition),
        new("__complete", "Print what may follow on a command line", () => CompletionCommand.Words, Hidden: true),
        new("events", "Show what happens in the cluster", () => EventsCommand.Definition("events")),
        new("system events", "Show what happens in the cluster", () => EventsCommand.Definition("system events")),
        new("api-token create", "Make a credential for the API", () => ApiTokenCreateCommand.Definition),
        new("api-token ls", "List credentials for the API", () => ApiTokenLsCommand.Definition),
        new("api-token rm", "Remove credentials for the API", () => ApiTokenRmCommand.Definition),
        new("context create", "Remember how to reach a cluster", () => ContextCreateCommand.Definition),
        new("context export", "Write a context with its credential to standard output", () => ContextCommands.Export),
        new("context inspect", "Show details of contexts, without their secrets", () => ContextCommands.Inspect),
        new("context ls", "List the clusters this person can reach", () => ContextLsCommand.Definition),
        new("context rm", "Forget clusters", () => ContextCommands.Rm),
        new("context use", "Choose the cluster that commands are for", () => ContextCommands.Use),
        new("dns query", "Show what a task is told when it asks for a name", () => DnsQueryCommand.Definition),
        new("network check", "Let the machines of networks reach each other, and name what is broken", () => NetworkCheckCommand.Definition),
        new("network connect", "Why a container is not connected to a network by hand", () => NetworkConnectCommand.Connect, Hidden: true),
        new("network create", "Create a network", () => NetworkCreateCommand.Definition),
        new("network disconnect", "Why a container is not disconnected from a network by hand", () => NetworkConnectCommand.Disconnect, Hidden: true),
        new("network inspect", "Show details of networks", () => NetworkInspectCommand.Definition),
        new("network ls", "List networks", () => NetworkLsCommand.Definition),
        new("network prune", "Remove all unused networks", () => NetworkPruneCommand.Definition),
        new("network rm", "Remove networks", () => NetworkRmCommand.Definition),
        new("node inspect", "Show details of nodes", () => NodeInspectCommand.Definition),
        new("node ls", "List the nodes of the cluster", () => NodeLsCommand.Definition),
        new("node ps", "List the tasks of nodes", () => NodePsCommand.Definition),
        new("node rm", "Remove nodes from the cluster", () => NodeRmCommand.Definition),
        new("node update", "Change a node's role, availability or labels", () => NodeUpdateCommand.Definition),
        new("pool add", "Add blocks that subnets of networks are cut from", () => PoolAddCommand.Definition),
        new("pool ls", "List the blocks that subnets of networks are cut from", () => PoolLsCommand.Definition),
        new("port ls", "List published ports", () => PortLsCommand.Definition),
        .. Files("secret", "secrets", FileKind.Secret),
        new("registry login", "Keep a login at a registry for the whole cluster", () => RegistryLoginCommand.Definition),
        new("registry logout", "Forget the cluster's login at a registry", () => RegistryLogoutCommand.Definition),
        new("registry ls", "List the cluster's logins at registries", () => RegistryLsCommand.Definition),
        new("service create", "Create a service", () => ServiceCreateCommand.Definition),
        new("service history", "List the specifications a service had", () => ServiceHistoryCommand.Definition),
        new("service inspect", "Show details of services", () => ServiceInspectCommand.Definition),
        new("service logs", "Show the logs of a service or task", () => ServiceLogsCommand.Definition),
        new("service ls", "List services", () => ServiceLsCommand.Definition),
        new("service ps", "List the tasks of services", () => ServicePsCommand.Definition),
        new("service rm", "Remove services", () => ServiceRmCommand.Definition),
        new("service rollback", "Go back to a service's previous specification", () => ServiceRollbackCommand.Definition),
        new("service scale", "Change the number of tasks of services", () => ServiceScaleCommand.Definition),
        new("service update", "Change a service", () => ServiceUpdateCommand.Definition),
        new("stack config", "Show the final stack file, after merging and filling in variables", () => StackConfigCommand.Definition),
        new("stack deploy", "Deploy a new stack or update an existing one", () => StackDeployCommand.Definition),
        new("stack diff", "Show what a deploy of the stack would change", () => StackDiffCommand.Definition),
        new("stack ls", "List stacks", () => StackLsCommand.Definition),
        new("stack ps", "List the tasks of a stack", () => StackPsCommand.Definition),
        new("stack rm", "Remove stacks", () => StackRmCommand.Definition),
        new("stack services", "List the services of a stack", () => StackServicesCommand.Definition),
    ];

    internal sealed record Group(string Name, string Summary, bool Hidden = false);

    /// <summary>The first words of commands of two words. Hidden is what only echoes a habit: <c>docker system events</c>.</summary>
    public static readonly Group[] Groups =
    [
        new("api-token", "Manage credentials for the API"),
        new("config", "Manage configs"),
        new("context", "Manage the clusters to talk to"),
        new("dns", "Ask the name servers of tasks"),
        new("network", "Manage networks"),
        new("node", "Manage the machines of the cluster"),
        new("pool", "Manage what subnets of networks are cut from"),
        new("port", "Look at published ports"),
        new("registry", "Manage the cluster's logins at registries"),
        new("secret", "Manage secrets"),
        new("service", "Manage services"),
        new("stack", "Manage stacks"),
        new("system", "Show what happens in the cluster", Hidden: true),
    ];

    private static IEnumerable<Entry> Files(string one, string many, FileKind kind) =>
    [
        new($"{one} create", $"Create a {one} from a file or standard input", () => FileCreateCommand.Definition(kind)),
        new($"{one} inspect", $"Show details of {many}", () => FileInspectCommand.Definition(kind)),
        new($"{one} ls", $"List {many}", () => FileLsCommand.Definition(kind)),
        new($"{one} rm", $"Remove {many}", () => FileRmCommand.Definition(kind)),
        new($"{one} update", $"Give a {one} new content and update the services that use it", () => FileUpdateCommand.Definition(kind)),
    ];

    /// <summary>Docker's other words for the same commands.</summary>
    private static readonly Dictionary<string, string> Aliases = new()
    {
        ["ls"] = "ls",
        ["list"] = "ls",
        ["remove"] = "rm",
    };

    /// <summary>The command the words begin with, and how many of them name it; null when they name none.</summary>
    public static (Command? Command, int Used) Find(IReadOnlyList<string> words)
    {
        for (var count = Math.Min(2, words.Count); count > 0; count--)
        {
            var last = count == 2 && Aliases.TryGetValue(words[1], out var alias) ? alias : words[count - 1];
            var name = count == 1 ? last : $"{words[0]} {last}";
            foreach (var entry in All)
                if (entry.Name == name)
                    return (entry.Define(), count);
        }
        return (null, 0);
    }
}
