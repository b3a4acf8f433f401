using System.Text.RegularExpressions;

namespace Orch.Tests.Architecture;

/// <summary>Style that a machine can check, so that no reviewer has to.</summary>
public sealed partial class TidyTests
{
    private const int MaxFileLines = 400;
    private const int MaxLineColumns = 150;

    [Fact]
    public void No_source_file_is_longer_than_a_reader_can_hold() =>
        Assert.DoesNotContain(Tree.Files("*.cs", "src"), file => Tree.Lines(file).Length > MaxFileLines);

    [Fact]
    public void No_line_is_wider_than_a_screen() =>
        Assert.Empty(
            from file in Tree.Files("*.cs", "src", "tests")
            from line in Tree.Lines(file).Select((text, index) => (text, number: index + 1))
            where line.text.Length > MaxLineColumns && !line.text.Contains('"')
            select $"{file}:{line.number}");

    [Fact]
    public void Nothing_is_left_undone_in_code() =>
        Assert.Empty(Matches(Undone(), "src", "tests"));

    [Fact]
    public void Nothing_sleeps_instead_of_waiting_for_an_event() =>
        Assert.Empty(Matches(Sleep(), "src"));

    [Fact]
    public void No_test_is_switched_off() => Assert.Empty(Matches(Skipped(), "tests"));

    [Fact]
    public void Each_example_explains_itself() =>
        Assert.All(Directory.GetDirectories(Path.Combine(Tree.Root, "cluster-examples")),
            example => Assert.True(File.Exists(Path.Combine(example, "README.md")), $"{example} has no README.md"));

    [Fact]
    public void The_fixed_top_level_is_there() =>
        Assert.All(["src/Manager", "src/Agent", "src/Cli", "tests", "cluster-examples", "Orchestrator.sln", "Vagrantfile", "README.md"],
            name => Assert.True(Path.Exists(Path.Combine(Tree.Root, name)), $"{name} is missing"));

    [Fact]
    public void What_documents_link_to_exists()
    {
        var broken =
            from file in Tree.Files("*.md", "docs", "cluster-examples").Append("README.md")
            from Match link in Link().Matches(Tree.Read(file))
            let target = link.Groups[1].Value.Split('#')[0]
            where target is not "" && !target.Contains("://", StringComparison.Ordinal)
            where !Path.Exists(Path.Combine(Tree.Root, Path.GetDirectoryName(file)!, target))
            select $"{file}: {target}";
        Assert.Empty(broken);
    }

    private static IEnumerable<string> Matches(Regex pattern, params string[] folders) =>
        from file in Tree.Files("*.cs", folders)
        from line in Tree.Lines(file).Select((text, index) => (text, number: index + 1))
        where pattern.IsMatch(line.text)
        select $"{file}:{line.number}: {line.text.Trim()}";

    [GeneratedRegex(@"\b(T[O]DO|FIX[M]E|HA[C]K|NotImplemented[E]xception)\b")]
    private static partial Regex Undone();

    [GeneratedRegex(@"Thread\.Sleep|Task\.Delay\(\s*[0-9]")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"\[(Lab)?(Fact|Theory)\(.*\bSkip\b")]
    private static partial Regex Skipped();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
