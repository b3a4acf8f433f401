using System.Text.RegularExpressions;
using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

/// <summary>For the same command line and the same objects, orch prints what Docker's CLI printed.</summary>
public sealed class OutputGoldenTests
{
    public static TheoryData<string> Cases =>
        [.. Directory.GetFiles(Recording.Folder("output")).Select(file => Path.GetFileNameWithoutExtension(file)!).Order()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_output_is_what_docker_prints(string name)
    {
        var recording = Recording.Load("output", name);
        using var manager = new FakeManager(recording.Answer);

        var outcome = Run.Orch(manager, recording["now"].GetDateTimeOffset(), recording.Input, Arguments(recording.Argv));

        Assert.Equal(Translate(recording["stderr"].GetString()!), outcome.Err.TrimEnd('\n'));
        // Very long recordings are cut at their end.
        var expected = recording["stdout"].GetString()!;
        var cut = expected.IndexOf("...[cut]", StringComparison.Ordinal);
        var actual = cut < 0 ? outcome.Out : outcome.Out[..cut];
        Assert.Equal(Comparable(cut < 0 ? expected : expected[..cut]), Comparable(actual));
        Assert.Equal(recording["exitCode"].GetInt32(), outcome.ExitCode);
    }

    private static List<string> Arguments(List<string> argv) => argv is ["swarm", "join-token", .. var rest] ? ["token", .. rest] : argv;

    private static string Translate(string text) => text.Replace("from daemon", "from manager", StringComparison.Ordinal).TrimEnd('\n');

    /// <summary>
    /// Docker cuts reasons at 30 characters, which orch does not, so columns after them stand elsewhere: there only the
    /// cells count. Everything else must be equal to the space.
    /// </summary>
    private static string Comparable(string text)
    {
        text = Regex.Replace(text, """"Error":"\\"(.{29}).*?\\"","ID"""", "\"Error\":\"$1\",\"ID");
        if (!text.Contains("…\"", StringComparison.Ordinal) && !Regex.IsMatch(text, "\"[^\"\n]{31,}\" "))
            return text;
        text = Regex.Replace(text, "\"([^\"\n]{31,})\"( |$)", match => $"\"{match.Groups[1].Value[..29]}…\" ");
        return Regex.Replace(text, " {2,}", "  ").Replace(" \n", "\n", StringComparison.Ordinal);
    }
}
