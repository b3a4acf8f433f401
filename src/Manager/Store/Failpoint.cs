using System.Collections.Frozen;
using System.Diagnostics;

namespace Orch.Manager.Store;

/// <summary>
/// Named places at which a test makes the process die or its storage fail, so that every step of a write is tried.
/// Armed only by the environment: <c>ORCH_FAILPOINTS="log.append.before-commit=kill@3,log.snapshot.before-rename=eio"</c>
/// means SIGKILL at the third hit of one, an I/O error at the first hit of the other. Costs nothing when unset: the
/// flag is a constant once compiled.
/// </summary>
public static class Failpoint
{
    private static readonly FrozenDictionary<string, Armed> Points =
        Parse(Environment.GetEnvironmentVariable("ORCH_FAILPOINTS"));

    private static readonly bool AnyArmed = Points.Count > 0;

    public static void Hit(string name)
    {
        if (AnyArmed)
            Act(name);
    }

    private static void Act(string name)
    {
        if (!Points.TryGetValue(name, out var point) || Interlocked.Increment(ref point.Hits) != point.At)
            return;
        if (point.Action == "eio")
            throw new IOException($"Input/output error (failpoint {name})");
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Environment.FailFast("The process outlived its own SIGKILL.");
    }

    private static FrozenDictionary<string, Armed> Parse(string? text)
    {
        var points = new Dictionary<string, Armed>();
        foreach (var item in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = item.Split('=', '@');
            if (parts.Length is < 2 or > 3 || parts[1] is not ("kill" or "eio"))
                throw new FormatException($"ORCH_FAILPOINTS: '{item}' is not name=kill|eio[@hit].");
            points[parts[0]] = new Armed(parts[1], parts.Length == 3 ? int.Parse(parts[2]) : 1);
        }
        return points.ToFrozenDictionary();
    }

    private sealed class Armed(string action, int at)
    {
        public int Hits;

        public string Action { get; } = action;

        public int At { get; } = at;
    }
}
