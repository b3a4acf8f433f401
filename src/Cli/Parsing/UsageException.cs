namespace Orch.Cli.Parsing;

/// <summary>The command line itself is wrong: shown with the command's usage, exit code 125 as Docker has it.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The command cannot do what was asked, for a reason the user can act on: exit code 1.</summary>
internal sealed class CommandException(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
