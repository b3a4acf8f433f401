using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

/// <summary>What is wrong with a command line is said, with what was probably meant, and with Docker's exit codes.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("service create --replica 3 busybox", "unknown flag: --replica", "Did you mean --replicas?")]
    [InlineData("service create --nmae web busybox", "unknown flag: --nmae", "Did you mean --name?")]
    [InlineData("service create --replicas x busybox", "invalid argument \"x\" for \"--replicas\" flag", "orch service create --help")]
    [InlineData("service create --publish 80:80:80:80 busybox", "invalid argument", "a host IP is not supported")]
    [InlineData("service create --mount type=tmpfs busybox", "target is required", "orch service create --help")]
    [InlineData("service create --limit-cpu abc busybox", "invalid argument \"abc\" for \"--limit-cpu\" flag", "Usage:")]
    [InlineData("service create --health-interval 3 busybox", "missing unit in duration \"3\"", "Usage:")]
    [InlineData("service create --name", "flag needs an argument: --name", "Usage:")]
    [InlineData("service ls -z", "unknown shorthand flag: 'z' in -z", "Usage:")]
    [InlineData("service sl", "'sl' is not a command of 'orch service'", "Did you mean 'orch service ls'?")]
    [InlineData("servce ls", "'servce' is not a command of 'orch'", "Did you mean 'orch service'?")]
    [InlineData("service ls --filter name", "invalid filter 'name'", "Usage:")]
    public void A_wrong_command_line_is_explained_and_exits_125(string line, string problem, string help)
    {
        var outcome = Run.Alone(line.Split(' '));

        Assert.Contains(problem, outcome.Err, StringComparison.Ordinal);
        Assert.Contains(help, outcome.Err, StringComparison.Ordinal);
        Assert.Equal(125, outcome.ExitCode);
    }

    [Theory]
    [InlineData("service create", "'orch service create' requires at least 1 argument")]
    [InlineData("service update a b", "'orch service update' requires 1 argument")]
    [InlineData("service ls a", "'orch service ls' accepts no arguments")]
    public void A_wrong_number_of_words_exits_1_as_dockers_does(string line, string problem)
    {
        var outcome = Run.Alone(line.Split(' '));

        Assert.Contains(problem, outcome.Err, StringComparison.Ordinal);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public void Without_a_manager_the_error_says_what_to_do()
    {
        var outcome = Run.Alone("--host", "unix:///nowhere/orch.sock", "service", "ls");

        Assert.Contains("no manager at unix:///nowhere/orch.sock", outcome.Err, StringComparison.Ordinal);
        Assert.Contains("orch init", outcome.Err, StringComparison.Ordinal);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public void A_refusal_of_the_manager_is_shown_in_its_words()
    {
        using var manager = new FakeManager(_ => new(409, "{\"message\":\"service web already exists\"}"));

        var outcome = Run.Orch(manager, "service", "create", "--name", "web", "busybox");

        Assert.Equal("Error response from manager: service web already exists\n", outcome.Err);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public void The_options_of_the_program_in_the_container_stay_its_own()
    {
        using var manager = new FakeManager(_ => new(201, "{\"ID\":\"x\"}"));

        Run.Orch(manager, "service", "create", "-d", "--name=web", "busybox", "ls", "-l", "--name", "other");

        Assert.Contains("\"Args\":[\"ls\",\"-l\",\"--name\",\"other\"]", manager.Requests.Single().Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_has_help_with_its_usage_and_options()
    {
        foreach (var entry in Orch.Cli.CommandTable.All)
        {
            var outcome = Run.Alone([.. entry.Name.Split(' '), "--help"]);
            Assert.StartsWith($"Usage:  orch {entry.Name}", outcome.Out, StringComparison.Ordinal);
            Assert.Equal(0, outcome.ExitCode);
            Assert.Equal(entry.Summary, entry.Define().Summary);
        }
    }

    [Fact]
    public void Help_of_the_program_groups_the_commands()
    {
        var outcome = Run.Alone();

        Assert.Contains("Cluster commands:", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("service     Manage services", outcome.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("supervise", outcome.Out, StringComparison.Ordinal);
    }
}
