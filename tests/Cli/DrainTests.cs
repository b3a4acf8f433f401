using Orch.Cli.Waiting;
using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

/// <summary>node update --availability drain --wait: what is left and why, and when it ends.</summary>
public sealed class DrainTests
{
    private const string Synced = """{"Type":"synced","Revision":1}""";

    private static string Line(string type, string members) =>
        $"{{\"Type\":\"{type}\",\"Action\":\"set\",\"Revision\":2,\"Object\":{{{members}}}}}";

    private static string Node(string id, string availability, string state = "ready") => Line("node",
        $"\"ID\":\"{id}\",\"Spec\":{{\"Role\":\"worker\",\"Availability\":\"{availability}\"}},\"Description\":{{\"Hostname\":\"host-{id}\"}},\"Status\":{{\"State\":\"{state}\"}}");

    private static string Task(string id, string node, string state, string desired = "running", string error = "") => Line("task",
        $"\"ID\":\"{id}\",\"Slot\":1,\"ServiceID\":\"s\",\"NodeID\":\"{node}\",\"DesiredState\":\"{desired}\",\"Status\":{{\"State\":\"{state}\",\"Err\":\"{error}\"}}");

    private static readonly string _service = Line("service", "\"ID\":\"s\",\"Spec\":{\"Name\":\"web\"}");

    private static Outcome Drain(string[] lines, params string[] more)
    {
        using var manager = new FakeManager(request => request.Method == "POST" ? new(200, "")
            : request.Path.StartsWith("/orch", StringComparison.Ordinal) ? new(200, "", lines)
            : new(200, """{"ID":"n1","Version":{"Index":4},"Spec":{"Role":"worker","Availability":"active"}}"""));
        return Run.Orch(manager, ["node", "update", "--availability", "drain", "--wait", .. more, "n1"]);
    }

    [Fact]
    public void It_ends_when_the_node_is_empty_and_says_what_each_task_waited_for()
    {
        var outcome = Drain([_service, Node("n1", "drain"), Node("n2", "active"), Task("a", "n1", "running"), Synced,
            Task("b", "n2", "preparing"), Task("b", "n2", "running"), Task("a", "n1", "running", "shutdown"), Task("a", "n1", "shutdown", "shutdown")]);

        Assert.Equal("n1\ndraining n1: 0 out of 1 tasks\nweb.1: runs until it can be replaced\n" +
            "web.1: waits for its successor, preparing on host-n2\nweb.1: waits for its successor, running on host-n2\n" +
            "web.1: is stopping\ndraining n1: 1 out of 1 tasks\nnode n1 is drained\n", outcome.Out);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public void Somebody_who_makes_the_node_active_again_ends_the_waiting()
    {
        var outcome = Drain([_service, Node("n1", "drain"), Task("a", "n1", "running"), Synced, Node("n1", "active")]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("is not drained any more", outcome.Err, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_went_down_has_nothing_to_wait_for()
    {
        var outcome = Drain([_service, Node("n1", "drain"), Task("a", "n1", "running"), Synced, Node("n1", "drain", "down")]);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("node n1 is down", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_is_named_with_its_reason()
    {
        var state = new Draining("n1", "n1");
        foreach (var line in new[] { _service, Node("n1", "drain"), Task("a", "n1", "running"), Task("b", "", "pending", error: "no suitable node"), Synced })
            state.Apply(WatchDecoder.Line(System.Text.Encoding.UTF8.GetBytes(line)));

        Assert.Equal(new TaskLine("web.1", "running", "waits for its successor, pending: no suitable node"), Assert.Single(state.Look().Lines));
    }

    [Fact]
    public void Waiting_goes_with_a_drain_only()
    {
        using var manager = new FakeManager(_ => new(200, "{}"));
        Assert.Contains("--wait goes with --availability drain",
            Run.Orch(manager, "node", "update", "--availability", "pause", "--wait", "n1").Err, StringComparison.Ordinal);
    }
}
