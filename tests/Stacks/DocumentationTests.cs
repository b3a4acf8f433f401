using System.Text.RegularExpressions;
using Orch.Stacks.Conversion;
using Orch.Stacks.Reading;

namespace Orch.Tests.Stacks;

/// <summary>docs/stacks.md names every key of a service on the right side, and the examples are stack files.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string _root = Root();

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Orchestrator.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }

    [Fact]
    public void Every_key_is_documented_as_what_becomes_of_it()
    {
        var text = File.ReadAllText(Path.Combine(_root, "docs/stacks.md"));
        var keys = text[text.IndexOf("## Keys of a service", StringComparison.Ordinal)..text.IndexOf("Every other key", StringComparison.Ordinal)];
        var split = keys.IndexOf("Understood, but not carried out", StringComparison.Ordinal);
        var (honoured, ignored) = (Words(keys[..keys.IndexOf("of `deploy`", StringComparison.Ordinal)]), Words(keys[split..]));
        Assert.Equal(ServiceShape.Keys.Where(key => key.Ignored is null).Select(key => key.Name).Order(), honoured);
        Assert.Equal(ServiceShape.Keys.Where(key => key.Ignored is not null).Select(key => key.Name).Order(), ignored);
    }

    private static IEnumerable<string> Words(string text) =>
        Word().Matches(text).Select(match => match.Groups[1].Value).Where(word => !word.StartsWith('-')).Order();

    [Fact]
    public void Every_example_is_a_stack_file_that_is_wholly_honoured()
    {
        var folders = Directory.GetDirectories(Path.Combine(_root, "cluster-examples"));
        Assert.NotEmpty(folders);
        foreach (var folder in folders)
        {
            var files = Files.Of(File.ReadAllText(Path.Combine(folder, "stack.yml")));
            if (File.Exists(Path.Combine(folder, ".env")))
                files.With(".env", File.ReadAllText(Path.Combine(folder, ".env")));
            var (file, problems) = files.Load();
            _ = new StackConverter(file, "example", files.Read, problems).Convert();
            Assert.Empty(problems.All);
        }
    }

    [GeneratedRegex("`([a-z_-]+)`")]
    private static partial Regex Word();
}
