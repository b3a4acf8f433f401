using Orch.Cli.Parsing;
using Orch.Cli.Services;
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
        Flags =
        [
            Flag.Value("availability", "string", "active (takes tasks), pause (takes no new ones) or drain (gives its tasks away)"),
            Flag.List("label-add", "Add or replace a node label (KEY=VALUE)"),
            Flag.List("label-rm", "Remove a node label by its key"),
            Flag.Value("role", "string", "worker or manager"),
        ],
        MinWords = 1,
        MaxWords = 1,
        Examples = "orch node update --label-add disk=ssd node2\norch node update --availability drain node2",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
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
        return 0;
    }
}
