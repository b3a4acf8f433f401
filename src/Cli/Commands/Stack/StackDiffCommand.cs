using Orch.Cli.Output;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Stack;

internal static class StackDiffCommand
{
    public static Command Definition => new()
    {
        Name = "stack diff",
        Usage = "[OPTIONS] [STACK]",
        Summary = "Show what a deploy of the stack would change",
        Details = "Names every service whose tasks would restart, and the keys of the file that make them.\n" +
            "Exit code 0: nothing would change; 2: something would; 1: the files are wrong.",
        Flags =
        [
            .. StackFlags.Files,
            Flag.List("service", "Only this service of the stack", "strings"),
            .. StackFlags.Images,
            Flag.Switch("prune", "Show what --prune would remove, too"),
            Flag.Value("format", "string", "Format each change: 'json' or a Go TEMPLATE like '{{.Action}} {{.Kind}} {{.Name}}'"),
        ],
        MaxWords = 1,
        Examples = "orch stack diff -c compose.yaml shop || echo would change\norch stack diff -c compose.yaml --format json shop | jq .Keys",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var deployment = StackDeployment.Prepare(call);
        var prune = call.Flags.On("prune");
        if (call.Flags.Text("format") is not { Length: > 0 } format)
            return StackDiffText.Write(call.Out, deployment, prune) ? 2 : 0;
        var template = Listing.LineTemplate(format);
        var lines = StackDiffLine.Of(deployment, prune).ToList();
        lines.ForEach(line => call.Out.Write(template.Render(line.Fields()) + "\n"));
        return lines.Count > 0 ? 2 : 0;
    }
}
