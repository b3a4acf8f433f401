namespace Orch.Cli.Daemons;

/// <summary>
/// A program to keep running. Its output goes to the log itself, not through the supervisor, so it outlives one that is
/// killed. With <see cref="Needs"/> it is not started before that file exists.
/// </summary>
internal sealed record ChildSpec(string Name, string Program, IReadOnlyList<string> Arguments, string LogFile)
{
    public string? PidFile { get; init; }
    public string? Needs { get; init; }

    /// <summary>Others need it to stop in order: it is stopped when they have ended.</summary>
    public bool StopsLast { get; init; }
}
