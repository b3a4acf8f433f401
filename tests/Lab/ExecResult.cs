namespace Orch.Testing;

/// <summary>How a command ended: its exit code (128 + signal when it was killed) and what it wrote.</summary>
public sealed record ExecResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>This result, if the command succeeded; otherwise throws with everything the command said.</summary>
    public ExecResult EnsureSuccess() =>
        ExitCode == 0
            ? this
            : throw new LabException($"'{Command}' failed with {ExitCode}: {Error.Trim()} {Output.Trim()}");
}
