using System.Diagnostics;
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
            ? new(200, """[{"ID":"n","Description":{"Hostname":"node1"}},{"ID":"o","Description":{"Hostname":"--force"}}]""")
        : request.Path.StartsWith("/secrets", StringComparison.Ordinal) || request.Path.StartsWith("/configs", StringComparison.Ordinal)
            ? new(200, $$$"""[{"ID":"f","Spec":{"Name":"{{{request.Path[1..7]}}}-one"}},{"ID":"g","Spec":{"Name":"two"}}]""")
        : request.Path.StartsWith("/orch/v1/registries", StringComparison.Ordinal)
            ? new(200, """[{"ServerAddress":"registry.example:5000","Username":"u"}]""") : new(404, """{"message":"page not found"}"""));

    [Theory]
    [InlineData("commands", "serv", "service")]
    [InlineData("sub-commands", "service|ro", "rollback")]
    [InlineData("services", "service|ps|", "db,shop_web")]
    [InlineData("not one already given", "service|rm|db|", "shop_web")]
    [InlineData("flags", "service|ps|--no-", "--no-resolve,--no-trunc")]
    [InlineData("after a flag with a value", "service|logs|--tail|5|s", "shop_web")]
    [InlineData("values", "node|update|--availability|d", "drain")]
    [InlineData("nodes", "node|ps|n", "node1")]
    [InlineData("no node that looks like an option", "node|ps|", "node1,self")]
    [InlineData("secrets", "secret|rm|", "secret-one,two")]
    [InlineData("configs", "config|inspect|two|c", "config-one")]
    [InlineData("no second secret where a file stands", "secret|update|two|", "")]
    [InlineData("registries", "registry|logout|", "registry.example:5000")]
    [InlineData("stacks", "stack|deploy|", "shop")]
    [InlineData("services and stacks", "logs|shop", "shop,shop_web")]
    [InlineData("shells", "completion|z", "zsh")]
    public void What_may_follow_is_known(string what, string words, string expected)
    {
        using var manager = Manager();
        Assert.True(expected.Split(',', StringSplitOptions.RemoveEmptyEntries).SequenceEqual(Complete(manager, words.Split('|'))),
            $"{what}: {string.Join(',', Complete(manager, words.Split('|')))}");
    }

    [Theory]
    [InlineData("$(touch x)")]
    [InlineData("`touch x`")]
    [InlineData("a;b")]
    [InlineData("a b")]
    [InlineData("a\u001b[2J")]
    [InlineData("a\u202eb")]
    [InlineData("*")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    public void A_name_that_means_something_to_a_shell_is_not_offered(string name)
    {
        using var manager = new FakeManager(_ => new(200, "[{\"ID\":\"n\",\"Description\":{\"Hostname\":"
            + System.Text.Json.JsonSerializer.Serialize(name) + "}}]"));
        Assert.Equal(["self"], Complete(manager, "node", "ps", ""));
    }

    [Fact]
    public async Task Bash_runs_nothing_of_what_the_cluster_is_called()
    {
        var folder = Directory.CreateTempSubdirectory("orch-bash").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "orch"), "#!/bin/bash\nprintf '%s\\n' 'a$(touch ran)' 'b`touch ran`' '*' 'two words'\n");
            File.SetUnixFileMode(Path.Combine(folder, "orch"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
            File.WriteAllText(Path.Combine(folder, "script"), Run.Alone("completion", "bash").Out
                + "\nCOMP_WORDS=(orch node ps '')\nCOMP_CWORD=3\n_orch\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
            var start = new ProcessStartInfo("bash", ["--norc", "script"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
            start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
            using var bash = Process.Start(start)!;

            var said = await bash.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));

            Assert.True(bash.WaitForExit(TimeSpan.FromMinutes(1)));
            Assert.Equal("a$(touch ran)\nb`touch ran`\n*\ntwo words\n", said);
            Assert.False(File.Exists(Path.Combine(folder, "ran")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
