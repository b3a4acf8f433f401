using Orch.Cli.Output;
using Orch.Cli.Output.Templates;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Contracts.Machine;
using Orch.Core.Model;

namespace Orch.Cli.Commands.Cluster;

internal static class StatusCommand
{
    public static Command Definition => new()
    {
        Name = "status",
        Summary = "Show how the cluster does and what is wrong",
        Details = "Exit code 0 when nothing is wrong, 1 when something is.",
        Flags = [Flag.Value("format", "string", "Format output: 'json' or a Go TEMPLATE like '{{.Store.Revision}}'", letter: 'f')],
        Examples = "orch status\norch status --format '{{.Tasks.Running}} of {{.Tasks.Wanted}}'",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        if (Worker(call) is { } worker)
        {
            call.Out.WriteLine(worker);
            return 0;
        }
        var body = call.Client.Get("/orch/v1/status");
        var status = ApiJson.Read(body, ApiJson.Default.ClusterStatusView);
        if (call.Flags.Text("format") is { Length: > 0 } format)
        {
            var json = System.Text.Json.JsonSerializer.Deserialize(body, ApiJson.Default.JsonElement);
            call.Out.WriteLine(Template.Parse(format == "json" ? "{{json .}}" : format).Render(json));
        }
        else
            Write(call, status);
        return status.Problems.Count == 0 ? 0 : 1;
    }

    /// <summary>A worker has no manager to ask; what it is it knows itself.</summary>
    private static string? Worker(Invocation call)
    {
        if (call.Client.Address.Socket is null || File.Exists(call.Client.Address.Socket)
            || call.Host.Host is not null || call.Terminal.Env("ORCH_HOST") is { Length: > 0 })
            return null;
        var paths = new MachinePaths(call.Host.DataRoot, call.Host.RunDir);
        return MachineConfig.Load(paths.NodeFile) is { Role: Core.Model.Specs.NodeRole.Worker } machine
            ? $"This machine is a worker of cluster {machine.ClusterId} (node {machine.NodeId}).\n" +
                $"Managers: {string.Join(", ", machine.Managers)}\nAsk one of them: orch --host tcp://HOST status"
            : null;
    }

    private static void Write(Invocation call, ClusterStatusView status)
    {
        var (nodes, tasks, store) = (status.Nodes, status.Tasks, status.Store);
        var up = HumanTime.Span(Timestamp.From(call.Terminal.Clock.GetUtcNow()) - status.StartedAt);
        call.Out.WriteLine($"""
            Cluster:    {status.ClusterID}
            Manager:    {status.NodeID}, version {status.Version}, up {up.ToLowerInvariant()}
            Leader:     {status.LeaderID}{(status.LeaderAddr.Length > 0 ? $" at {status.LeaderAddr}" : "")}
            Store:      {store.Kind}{(store.Location.Length > 0 ? $" in {store.Location}" : "")}, revision {store.Revision}, epoch {store.Epoch}, {ByteSize.Format(store.SizeBytes)}
            Nodes:      {nodes.Ready} of {nodes.Total} ready{Some(nodes.Down, "down")}{Some(nodes.Drained, "drained")}
            Services:   {status.Services}
            Tasks:      {tasks.Running} of {tasks.Wanted} running{Some(tasks.Waiting, "waiting")}
            """);
        ManagerLines.Write(call, status.Managers);
        if (status.Problems.Count == 0)
        {
            call.Out.WriteLine("\nNothing is wrong.");
            return;
        }
        call.Out.WriteLine("\nProblems:");
        foreach (var problem in status.Problems)
            call.Out.WriteLine($"  {problem.Kind} {problem.Name}: {problem.Message}");
    }

    private static string Some(int count, string what) => count == 0 ? "" : $", {count} {what}";
}
