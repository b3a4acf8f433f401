using System.Globalization;
using Orch.Stacks;
using Orch.Stacks.Conversion;

namespace Orch.Tests.Stacks;

/// <summary>
/// Documents from a seed: good and bad files with random changes, and what is made to hurt (deep, wide, repeating, no text
/// at all). Reading ends with a result or with errors that have a place, never with an exception, never with more memory
/// than a document may cost; and what has errors never becomes a plan, so a cluster hears nothing of it.
/// ORCH_FUZZ documents instead of the share, ORCH_FUZZ_SEED for others than before: make soak SCENARIO=yaml.
/// </summary>
public sealed class FuzzTests
{
    private const int Share = 1500;

    /// <summary>The limits of a file (4 Mi characters, 200,000 values) come to less than half of this.</summary>
    private const long MostBytes = 256L << 20;

    private static readonly string[] Pieces =
    [
        ":", " ", "\n", "  ", "- ", "[", "]", "{", "}", "&a ", "*a", "<<: ", "<<: *a", "!reset ", "!override null", "\"", "'", "|", ">", "#", "\t", "?",
        "$", "${", "${X:-", "}", "$$", "null", "true", "0444", "-1", "1e9", "99999999999999999999", "image: ", "services:\n", "deploy:\n", "ports:",
        "80-90:80", "1-65535", "\0", "\u0085", "\uFEFF", "😀", "---\n", "...\n", "extends: web", "depends_on: [web]", "*", "&", "@", "`", "x-a: ", "%",
    ];

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [Fact]
    public void Whatever_the_text_there_is_an_answer_and_it_costs_no_more_than_it_may()
    {
        var corpus = new[] { "good", "bad" }.SelectMany(folder => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, folder), "*.yml"))
            .Order().Select(File.ReadAllText).ToArray();
        var first = FromEnvironment("ORCH_FUZZ_SEED", 1);
        for (var seed = first; seed < first + FromEnvironment("ORCH_FUZZ", Share); seed++)
        {
            var random = new Random(seed);
            Check(seed, random.Next(10) == 0 ? Harm(random) : Mutate(random, corpus));
        }
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

    private static string Harm(Random random)
    {
        var much = 1 << random.Next(4, 14);
        return random.Next(9) switch
        {
            0 => new string('[', much),
            1 => string.Concat(Enumerable.Range(0, much).Select(depth => new string(' ', Math.Min(depth, 200)) + "a:\n")),
            2 => "x: &a [b]\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"x-{i}: &a [*a, *a, *a, *a, *a, *a, *a, *a]\n")),
            3 => "services:\n" + string.Concat(Enumerable.Range(0, much).Select(i => $"  s{i}: {{image: a, depends_on: [s{i + 1}]}}\n")),
            4 => "x-a: &a {a: 1}\nservices:\n  web:\n    image: a\n" + string.Concat(Enumerable.Repeat("    <<: *a\n", much)),
            5 => "services: {web: {image: \"" + string.Concat(Enumerable.Repeat("${A:-", much)) + "\", ports: [\"1-65535:1-65535\"]}}",
            6 => string.Concat(Enumerable.Range(0, much).Select(_ => (char)random.Next(1, 0x3000))),
            7 => "services: {web: {image: a, command: [&a \"" + string.Concat(Enumerable.Repeat("$$", much)) + "\""
                + string.Concat(Enumerable.Repeat(", *a", much)) + "]}}",
            _ => "services: {web: {image: a, environment: [" + string.Join(',', Enumerable.Range(0, much).Select(i => $"K{i}=$${i}")) + "]}}",
        };
    }

    private static string Start(string text, int length) => text[..Math.Min(length, text.Length)];

    private static void Check(int seed, string text)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var files = Files.Of(text);
            var (file, problems) = files.Load();
            if (!problems.HasErrors)
                new StackConverter(file, "fuzz", files.Read, problems).Convert();
            Assert.All(problems.All, problem => Assert.True(problem.At is { Line: > 0, Column: > 0 }));
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"seed {seed}: {e}\n{Start(text, 2000)}");
        }
        var cost = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(cost < MostBytes, $"seed {seed}: {cost:N0} bytes for {text.Length:N0} characters\n{Start(text, 2000)}");
    }
}
