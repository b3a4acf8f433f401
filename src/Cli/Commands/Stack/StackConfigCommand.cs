using Orch.Cli.Parsing;
using Orch.Stacks;
using Orch.Stacks.Loading;
using Orch.Stacks.Yaml;

namespace Orch.Cli.Commands.Stack;

internal static class StackConfigCommand
{
    public static Command Definition => new()
    {
        Name = "stack config",
        Summary = "Show the final stack file, after merging and filling in variables",
        Details = "Short forms are written out, services of inactive profiles are left out, and what env_file says is environment.\n" +
            "The output is a stack file itself: a $ in it is doubled.",
        Flags =
        [
            .. StackFlags.Files,
            Flag.Switch("skip-interpolation", "Leave variables as they are written"),
            Flag.Switch("quiet", "Only check the files", 'q'),
        ],
        Examples = "orch stack config -c compose.yaml -c production.yaml\norch stack config -q && echo fine",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var problems = new ProblemList();
        var interpolate = !call.Flags.On("skip-interpolation");
        var file = StackInput.Load(call, problems, interpolate);
        StackInput.Report(call, problems);
        if (!call.Flags.On("quiet"))
            call.Out.Write(YamlWriter.Write(Canonical.Of(file), escapeVariables: interpolate));
        return 0;
    }
}
