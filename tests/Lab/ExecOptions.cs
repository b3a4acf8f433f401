namespace Orch.Testing;

/// <summary>How a command is run inside a machine: variables added to the machine's environment, standard
/// input, the time it may take.</summary>
public sealed record ExecOptions
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    public string? Input { get; init; }
    public TimeSpan Timeout { get; init; } = Shell.DefaultTimeout;
    public CancellationToken Cancel { get; init; }
}
