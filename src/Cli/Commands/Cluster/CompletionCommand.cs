using Orch.Cli.Completion;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Cluster;

internal static class CompletionCommand
{
    public static Command Definition => new()
    {
        Name = "completion",
        Usage = "bash|zsh|fish",
        Summary = "Print the completion script of a shell",
        Details = "The script asks orch itself what may follow, so it knows the options of this version and the names of the\n"
            + "services, nodes, stacks and contexts there are.",
        Examples = "orch completion bash | sudo tee /etc/bash_completion.d/orch\nsource <(orch completion zsh)\n"
            + "orch completion fish > ~/.config/fish/completions/orch.fish",
        MinWords = 1,
        MaxWords = 1,
        Run = call =>
        {
            call.Out.Write(ShellScripts.For(call.Words[0])
                ?? throw new CommandException($"unknown shell {call.Words[0]}: bash, zsh or fish"));
            return 0;
        },
    };

    /// <summary>Called by the scripts with the words typed so far; the last one is being typed, and may be empty.</summary>
    public static Command Words => new()
    {
        Name = "__complete",
        Usage = "-- WORD...",
        Summary = "Print what may follow on a command line",
        MaxWords = int.MaxValue,
        StopAtFirstWord = true,
        Run = call =>
        {
            foreach (var word in Completer.Of(call))
                call.Out.WriteLine(word);
            return 0;
        },
    };
}
