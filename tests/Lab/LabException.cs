namespace Orch.Testing;

/// <summary>The lab could not do what was asked: a tool failed, a machine did not boot, an engine did not answer.
/// The message carries the tail of the log that tells why.</summary>
public sealed class LabException : Exception
{
    public LabException() { }
    public LabException(string message) : base(message) { }
    public LabException(string message, Exception inner) : base(message, inner) { }

    internal static LabException WithLog(string message, string logFile) => new($"{message}\n{Tail(logFile)}");

    private static string Tail(string logFile) =>
        File.Exists(logFile) ? string.Join('\n', File.ReadLines(logFile).TakeLast(20)) : $"(no log at {logFile})";
}
