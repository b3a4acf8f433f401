using Orch.Cli.Parsing;
using Orch.Cli.Services;
using Orch.Cli.Waiting;
using Orch.Contracts.Api;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Node;

internal static class NodeUpdateCommand
{
    public static Command Definition => new()
    {
        Name = "node update",
        Usage = "[OPTIONS] NODE",
        Summary = "Change a node's role, availability or labels",
        Details = "A drained node's tasks run on until their successors on other nodes are there: running for services that\n" +
            "update start-first, prepared for the others. With --wait the command ends when the node is empty, and shows\n" +
            "until then what is left and why. Ctrl-C stops the waiting, not the drain.",
        Flags =
        [
            Flag.Value("availability", "string", "active (takes tasks), pause (takes no new ones) or drain (gives its tasks away)"),
            Flag.List("label-add", "Add or replace a node label (KEY=VALUE)"),
            Flag.List("label-rm", "Remove a node label by its key"),
            Flag.Switch("quiet", "Suppress progress output", 'q'),
            Flag.Value("role", "string", "worker or manager"),
            Flag.Value("timeout", "duration", "With --wait: give up waiting after this time (exit code 1)"),
            Flag.Switch("wait", "With --availability drain: wait until no task is left on the node"),
        ],
        MinWords = 1,
        MaxWords = 1,
        Examples = "orch node update --label-add disk=ssd node2\norch node update --availability drain --wait --timeout 5m node2",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        if (call.Flags.On("wait") && call.Flags.Text("availability") != "drain")
            throw new UsageException("--wait goes with --availability drain");
        if (call.Flags.Has("timeout") && !call.Flags.On("wait"))
            throw new UsageException("--timeout goes with --wait");
        var node = call.Client.Get(NodeWords.Path(call, call.Words[0]), ApiJson.Default.NodeView);
        var labels = new Dictionary<string, string>(node.Spec.Labels ?? []);
        foreach (var text in call.Flags.All("label-add"))
        {
            var (key, value) = Csv.KeyValue(text);
            labels[key] = value;
        }
        foreach (var key in call.Flags.All("label-rm"))
            if (!labels.Remove(key))
                throw new CommandException($"key {key} doesn't exist in node's labels");
        var spec = node.Spec with
        {
            Labels = labels,
            Role = call.Flags.Text("role") is { } role ? NodeWords.Role(role) : node.Spec.Role,
            Availability = call.Flags.Text("availability") is { } text0 ? NodeWords.Availability(text0) : node.Spec.Availability,
        };
        call.Client.Post($"/nodes/{node.ID}/update?version={node.Version.Index}", ApiJson.Write(spec, ApiJson.Default.NodeSpec));
        call.Out.WriteLine(call.Words[0]);
        call.Out.Flush();
        return call.Flags.On("wait")
            ? DrainWaiter.Wait(call, node.ID, call.Words[0], call.Flags.Nanos("timeout") is { } ns ? SpecDefaults.Nanos(ns) : null) : 0;
    }
}
