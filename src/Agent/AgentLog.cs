using System.Globalization;

namespace Orch.Agent;

/// <summary>
/// One line for each thing worth knowing. Under systemd a line carries its priority and no time, as the journal has its
/// own; elsewhere it carries the time.
/// </summary>
public sealed class AgentLog(TextWriter to, TimeProvider clock, bool journal)
{
    private readonly Lock _lock = new();

    public static AgentLog ToStandardError(TimeProvider clock) =>
        new(Console.Error, clock, Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 });

    public void Info(string text) => Write("<6>", "info", text);

    public void Warn(string text) => Write("<4>", "warn", text);

    private void Write(string priority, string level, string text)
    {
        var line = text.ReplaceLineEndings(" ");
        var now = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        lock (_lock)
            to.WriteLine(journal ? $"{priority}{line}" : $"{now} {level} agent: {line}");
    }
}
