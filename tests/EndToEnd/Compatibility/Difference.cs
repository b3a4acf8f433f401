namespace Orch.Tests.EndToEnd.Compatibility;

/// <summary>
/// One thing in which orch answers a command otherwise than Docker Swarm. Where is "exit", "stderr", "stdout" or a path
/// in the JSON that the command printed.
/// </summary>
internal sealed record Difference(string Command, string Where, string Swarm, string Orch)
{
    public static IEnumerable<Difference> Between(string command, Outcome swarm, Outcome orch)
    {
        if (swarm.ExitCode != orch.ExitCode)
            yield return new(command, "exit", $"{swarm.ExitCode}", $"{orch.ExitCode}");
        foreach (var (left, right) in Lines(swarm.Error, orch.Error))
            yield return new(command, "stderr", left, right);
        if (JsonMembers.TryParse(swarm.Output, out var one) && JsonMembers.TryParse(orch.Output, out var other))
        {
            foreach (var (path, left, right) in JsonMembers.Different(one, other))
                yield return new(command, path, left, right);
        }
        else
        {
            foreach (var (left, right) in Lines(swarm.Output, orch.Output))
                yield return new(command, "stdout", left, right);
        }
    }

    /// <summary>Lines of one text that the other has not, in pairs as they follow each other.</summary>
    private static IEnumerable<(string, string)> Lines(string swarm, string orch)
    {
        var (left, right) = (Normalized.Lines(swarm).ToList(), Normalized.Lines(orch).ToList());
        foreach (var line in left.ToList())
        {
            if (right.Remove(line))
                left.Remove(line);
        }
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
            yield return (left.ElementAtOrDefault(i) ?? JsonMembers.Absent, right.ElementAtOrDefault(i) ?? JsonMembers.Absent);
    }

    public override string ToString() => $"{Command}\t{Where}\t{Swarm}\t{Orch}";
}
