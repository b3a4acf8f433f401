using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

public sealed class CompletionTests
{
    private static string[] Complete(FakeManager manager, params string[] words) =>
        Run.Orch(manager, ["__complete", "--", .. words]).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static FakeManager Manager() => new(request => request.Path.StartsWith("/services", StringComparison.Ordinal)
        ? new(200, """
            [{"ID":"a","Spec":{"Name":"shop_web","Labels":{"com.docker.stack.namespace":"shop"}}},{"ID":"b","Spec":{"Name":"db"}}]
            """)
        : request.Path.StartsWith("/nodes", StringComparison.Ordinal)
            ? new(200, """[{"ID":"n","Description":{"Hostname":"node1"}}]""") : new(404, """{"message":"page not found"}"""));

    [Theory]
    [InlineData("commands", "serv", "service")]
    [InlineData("sub-commands", "service|ro", "rollback")]
    [InlineData("services", "service|ps|", "db,shop_web")]
    [InlineData("not one already given", "service|rm|db|", "shop_web")]
    [InlineData("flags", "service|ps|--no-", "--no-resolve,--no-trunc")]
    [InlineData("after a flag with a value", "service|logs|--tail|5|s", "shop_web")]
    [InlineData("values", "node|update|--availability|d", "drain")]
    [InlineData("nodes", "node|ps|n", "node1")]
    [InlineData("services and stacks", "logs|shop", "shop,shop_web")]
    [InlineData("shells", "completion|z", "zsh")]
    public void What_may_follow_is_known(string what, string words, string expected)
    {
        using var manager = Manager();
        Assert.True(expected.Split(',').SequenceEqual(Complete(manager, words.Split('|'))),
            $"{what}: {string.Join(',', Complete(manager, words.Split('|')))}");
    }

    [Fact]
    public void Hidden_commands_are_not_offered()
    {
        using var manager = Manager();
        Assert.DoesNotContain("supervise", Complete(manager, ""));
        Assert.DoesNotContain("__complete", Complete(manager, "_"));
    }

    [Fact]
    public void Without_a_manager_nothing_is_known_and_nothing_is_said()
    {
        var outcome = Run.Alone("--run-dir", "/nonexistent", "__complete", "--", "service", "ps", "");
        Assert.Equal((0, "", ""), (outcome.ExitCode, outcome.Out, outcome.Err));
    }

    [Theory]
    [InlineData("bash", "complete -o filenames -F _orch orch")]
    [InlineData("zsh", "#compdef orch")]
    [InlineData("fish", "complete -c orch")]
    public void Each_shell_gets_a_script_that_asks_orch(string shell, string line)
    {
        var script = Run.Alone("completion", shell).Out;
        Assert.Contains(line, script, StringComparison.Ordinal);
        Assert.Contains("orch __complete -- ", script, StringComparison.Ordinal);
    }
}
