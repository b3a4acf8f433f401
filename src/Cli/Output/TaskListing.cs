using Orch.Cli.Commands.Service;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Output;

/// <summary>
/// Tasks as <c>service ps</c> and <c>node ps</c> show them: by slot, newest first, earlier ones of a slot indented.
/// The reason why a task does not run is never cut.
/// </summary>
internal static class TaskListing
{
    private static readonly (string, string)[] Columns =
    [
        ("ID", "ID"), ("Name", "NAME"), ("Image", "IMAGE"), ("Node", "NODE"), ("DesiredState", "DESIRED STATE"),
        ("CurrentState", "CURRENT STATE"), ("Error", "ERROR"), ("Ports", "PORTS"),
    ];

    public static Flag[] Flags =>
    [
        Listing.FilterFlag("id, name, node, service, desired-state"), Listing.FormatFlag, Listing.QuietFlag,
        Flag.Switch("no-resolve", "Do not map IDs to names"), Flag.Switch("no-trunc", "Do not cut IDs and image digests"),
    ];

    public static void Write(Invocation call, IEnumerable<TaskView> tasks, Func<string, string> serviceName,
        Func<string, string> nodeName)
    {
        var (whole, resolve) = (call.Flags.On("no-trunc"), !call.Flags.On("no-resolve"));
        string Id(string id) => whole ? id : ServiceLsCommand.ShortId(id);
        var named = tasks.DistinctBy(task => task.ID).Select(task => (Task: task, Name: Name(task, resolve ? serviceName : id => id)))
            .OrderBy(t => t.Name, NaturalOrder.Instance).ThenByDescending(t => t.Task.CreatedAt).ToList();
        var now = Core.Model.Timestamp.From(call.Terminal.Clock.GetUtcNow());
        var rows = named.Select(t => new Dictionary<string, object?>
        {
            ["ID"] = Id(t.Task.ID),
            ["Name"] = t.Name,
            ["Image"] = whole ? t.Task.Spec.ContainerSpec?.Image ?? "" : ServiceLsCommand.ShortImage(t.Task.Spec.ContainerSpec?.Image),
            ["Node"] = t.Task.NodeID is { Length: > 0 } node ? resolve ? nodeName(node) : node : "",
            ["DesiredState"] = Capital(t.Task.DesiredState),
            ["CurrentState"] = $"{Capital(t.Task.Status.State)} {HumanTime.Ago(now - t.Task.Status.Timestamp)}",
            ["Error"] = t.Task.Status.Err is { Length: > 0 } error ? $"\"{OneLine(error)}\"" : "",
            ["Ports"] = PortText.OfTask(t.Task.Status.PortStatus.Ports),
        }).ToList();
        var previous = "";
        Listing.Write(call, Columns, rows, forTable: row =>
        {
            var name = (string)row["Name"]!;
            row["Name"] = name == previous ? $" \\_ {name}" : name;
            previous = name;
        });
    }

    /// <summary>web.1; for a global service web.NODE.</summary>
    private static string Name(TaskView task, Func<string, string> serviceName) =>
        $"{serviceName(task.ServiceID)}.{(task.Slot is > 0 and var slot ? $"{slot}" : task.NodeID ?? "")}";

    public static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ').Trim();
}
