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
            StackFlags.Format,
        ],
        MaxWords = 1,
        Examples = "orch stack diff -c compose.yaml shop || echo would change\norch stack diff -c compose.yaml --format json shop | jq .Keys",
        Run = Run,
    };

    private static int Run(Invocation call) =>
        StackDiffText.Write(call, StackDeployment.Prepare(call), call.Flags.On("prune")) ? 2 : 0;
}
