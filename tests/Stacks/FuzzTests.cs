using System.Globalization;
using Orch.Stacks.Conversion;

namespace Orch.Tests.Stacks;

/// <summary>
/// Good and bad files with random changes, from a seed: reading ends with a result or with errors that have a place,
/// never with an exception. ORCH_FUZZ=100000 for a soak.
/// </summary>
public sealed class FuzzTests
{
    private static readonly string[] Pieces =
    [
        ":", " ", "\n", "  ", "- ", "[", "]", "{", "}", "&a ", "*a", "<<: ", "!reset ", "!override null", "\"", "'", "|", ">", "#", "\t", "?", "%",
        "$", "${", "${X:-", "}", "$$", "null", "true", "0444", "-1", "1e9", "99999999999999999999", "image: ", "services:\n", "deploy:\n", "ports:",
        "80-90:80", "1-65535", "\0", "\u0085", "\uFEFF", "😀", "---\n", "...\n", "extends: web", "depends_on: [web]", "*", "&", "@", "`", "x-a: ",
    ];

    [Fact]
    public void Whatever_the_text_there_is_an_answer()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("ORCH_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 3000;
        var corpus = new[] { "good", "bad" }.SelectMany(folder => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, folder), "*.yml"))
            .Where(file => Path.GetFileName(file) != "bomb.yml").Order().Select(File.ReadAllText).ToArray();
        for (var seed = 1; seed <= count; seed++)
            Check(seed, Mutate(new Random(seed), corpus));
    }

    private static string Mutate(Random random, string[] corpus)
    {
        var text = corpus[random.Next(corpus.Length)];
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var at = random.Next(text.Length + 1);
            var length = Math.Min(random.Next(12), text.Length - at);
            text = random.Next(4) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                2 => text.Insert(at, Start(corpus[random.Next(corpus.Length)], random.Next(40))),
                _ => text.Remove(at, length).Insert(at, Pieces[random.Next(Pieces.Length)]),
            };
        }
        return text;
    }

    private static string Start(string text, int length) => text[..Math.Min(length, text.Length)];

    private static void Check(int seed, string text)
    {
        try
        {
            var files = Files.Of(text);
            var (file, problems) = files.Load();
            if (!problems.HasErrors)
                new StackConverter(file, "fuzz", files.Read, files.Variable, problems).Convert();
            Assert.All(problems.All, problem => Assert.True(problem.At is { Line: > 0, Column: > 0 }));
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"seed {seed}: {e}\n{text}");
        }
    }
}
