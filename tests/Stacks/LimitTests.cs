using Orch.Stacks;

namespace Orch.Tests.Stacks;

/// <summary>Small files that would become large, or deep: each ends with an error that has a place, at a bounded cost.</summary>
public sealed class LimitTests
{
    private const long MostBytes = 256L << 20;

    private static string Many(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static Problem OnlyError(Files files)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (_, problems) = files.Load();
        var cost = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(cost < MostBytes, $"{cost:N0} bytes");
        return Assert.Single(problems.Errors);
    }

    [Fact]
    public void A_long_text_with_many_aliases_is_refused_where_it_becomes_too_much()
    {
        var text = $"services:\n  web:\n    image: a\n    command:\n    - &a \"{Many("$$", 1 << 19)}\"\n{Many("    - *a\n", 100_000)}";
        Assert.Equal("stack.yml:12:7: the document has more than 8 Mi characters once its aliases are expanded "
            + "(keep long texts in configs, which services refer to by name)", OnlyError(Files.Of(text)).ToString());
    }

    [Fact]
    public void Long_texts_that_are_merged_count_too()
    {
        var text = $"x-a: &a\n  labels: {{a: \"{Many("$$", 1 << 19)}\"}}\nservices:\n"
            + string.Concat(Enumerable.Range(0, 900).Select(i => $"  s{i}:\n    <<: *a\n    image: a\n"));
        Assert.Contains("8 Mi characters", OnlyError(Files.Of(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$BIG", 14)]
    [InlineData("${BIG:+}${NONE:+$BIG}", 14)]
    [InlineData("${NONE:-${NONE:-$BIG}}", 7)]
    public void A_long_variable_that_is_used_often_is_refused_where_it_becomes_too_much(string use, int last)
    {
        var text = "services:\n  web:\n    image: a\n    command:\n" + Many($"    - {use}\n", 5_000);
        var problem = OnlyError(Files.Of(text).With(".env", $"BIG={Many("x", 1 << 19)}\n"));
        Assert.Contains("come to more than 16 Mi characters", problem.Message, StringComparison.Ordinal);
        Assert.True(problem.At.Line > last, problem.ToString());
    }

    [Fact]
    public void Variables_of_variables_are_counted_in_their_file()
    {
        var files = Files.Of("services: {web: {image: a}}")
            .With(".env", $"A={Many("x", 1 << 19)}\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"B{i}=$A\n")));
        Assert.StartsWith(".env:34:1: variables", OnlyError(files).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_file_of_variables_that_many_name_is_refused()
    {
        var files = Files.Of("x-a: &a {image: a, env_file: [big, big, big]}\nservices:\n"
            + string.Concat(Enumerable.Range(0, 900).Select(i => $"  s{i}: *a\n"))).With("big", $"A={Many("x", 1 << 19)}\n");
        Assert.Contains("come to more than 16 Mi characters", OnlyError(files).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Export_said_very_often_is_still_one_line()
    {
        var files = Files.Of("services: {web: {image: \"$NAME\"}}").With(".env", Many("export ", 500_000) + "NAME=nginx\n");
        Assert.Contains("image: nginx", files.Canonical(), StringComparison.Ordinal);
    }

    [Fact]
    public void Export_stays_a_name_where_it_is_one_and_nothing_may_follow_it()
    {
        var files = Files.Of("services: {web: {image: \"${export}${A-x}\"}}").With(".env", "export\nexport # none\nexport A\nexport=nginx\n");
        Assert.Contains("image: nginxx", files.Canonical(), StringComparison.Ordinal);
    }
}
