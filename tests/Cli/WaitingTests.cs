using Orch.Cli.Waiting;
using Orch.Contracts.Api;
using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

/// <summary>Waiting for a service: what is shown, and when it ends.</summary>
public sealed class WaitingTests
{
    private const string Synced = """{"Type":"synced","Revision":1}""";

    private static string Service(int replicas, string more = "") => Line("service", 1,
        $"\"ID\":\"s\",\"Version\":{{\"Index\":1}},\"Spec\":{{\"Name\":\"web\",\"Mode\":{{\"Replicated\":{{\"Replicas\":{replicas}}}}}}}{more}");

    private static string Task(string id, int slot, string state, string desired = "running", string more = "") => Line("task", 2,
        $"\"ID\":\"{id}\",\"Slot\":{slot},\"ServiceID\":\"s\",\"NodeID\":\"n1\",\"DesiredState\":\"{desired}\",\"Status\":{{\"State\":\"{state}\"{more}}}");

    private static string Line(string type, int revision, string members) =>
        $"{{\"Type\":\"{type}\",\"Action\":\"set\",\"Revision\":{revision},\"Object\":{{{members}}}}}";

    [Fact]
    public void A_create_ends_when_all_tasks_run_and_says_each_thing_once()
    {
        var outcome = Create([Service(2), Task("a", 1, "pending"), Task("b", 2, "pending"), Synced,
            Task("a", 1, "running"), Task("b", 2, "starting"), Task("b", 2, "running")]);

        Assert.Equal("s\noverall progress: 0 out of 2 tasks\noverall progress: 1 out of 2 tasks\n" +
            "overall progress: 2 out of 2 tasks\nverify: Service s converged\n", outcome.Out);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public void Why_a_task_does_not_run_is_shown_in_full()
    {
        const string Why = "no suitable node (scheduling constraints not satisfied on 3 nodes; host-mode port already in use on 2 nodes)";
        var outcome = Create([Service(1), Task("a", 1, "pending", more: $",\"Err\":\"{Why}\""), Synced, Task("a", 1, "running")]);

        Assert.Contains($"1/1: {Why}\n", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void While_a_replacement_starts_the_last_failure_is_shown()
    {
        var outcome = Create([Service(1), Task("a", 1, "failed", "shutdown", ",\"Err\":\"task: non-zero exit (1)\""),
            Task("b", 1, "starting"), Synced, Task("b", 1, "running")]);

        Assert.Contains("1/1: task: non-zero exit (1) (last try)\n", outcome.Out, StringComparison.Ordinal);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public void A_paused_update_fails_with_its_reason()
    {
        var outcome = Create([Service(1), Task("a", 1, "starting"), Synced,
            Service(1, ",\"UpdateStatus\":{\"State\":\"paused\",\"StartedAt\":\"2026-11-21T02:00:00Z\",\"Message\":\"too many failures\"}")]);

        Assert.Equal("service update paused: too many failures\n", outcome.Err);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("on-failure")]
    public void A_task_that_is_to_run_once_is_done_when_it_ended_well(string condition)
    {
        var outcome = Create([Service(1), Once("a", "starting", condition), Synced, Once("a", "complete", condition)]);

        Assert.EndsWith("verify: Service s converged\n", outcome.Out, StringComparison.Ordinal);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public void A_task_that_is_to_run_once_and_failed_ends_the_waiting()
    {
        const string Policy = ",\"TaskTemplate\":{\"RestartPolicy\":{\"Condition\":\"none\"}}}";
        var service = Service(1).Replace("\"Replicas\":1}}}", "\"Replicas\":1}}" + Policy, StringComparison.Ordinal);
        var outcome = Create([service, Once("a", "starting", "none"), Synced, Once("a", "failed", "none")]);

        Assert.Equal("a task failed, and the restart policy allows no other try: exit (3)\n", outcome.Err);
        Assert.Equal(1, outcome.ExitCode);
    }

    private static string Once(string id, string state, string condition) => Line("task", 2,
        $"\"ID\":\"{id}\",\"Slot\":1,\"ServiceID\":\"s\",\"NodeID\":\"n1\",\"DesiredState\":\"{(state == "starting" ? "running" : "shutdown")}\","
        + $"\"Spec\":{{\"RestartPolicy\":{{\"Condition\":\"{condition}\"}}}},\"Status\":{{\"State\":\"{state}\""
        + $"{(state == "failed" ? ",\"Err\":\"exit (3)\"" : "")}}}");

    [Fact]
    public void A_broken_watch_is_opened_again()
    {
        var outcome = Create([Service(1), Task("a", 1, "starting"), Synced], [Service(1), Task("a", 1, "running"), Synced]);

        Assert.EndsWith("verify: Service s converged\n", outcome.Out, StringComparison.Ordinal);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public void A_service_removed_meanwhile_ends_the_waiting()
    {
        var outcome = Create([Service(1), Synced, """{"Type":"service","Action":"remove","Revision":3,"Object":{"ID":"s"}}"""]);

        Assert.Equal("the service was removed\n", outcome.Err);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public void While_an_update_is_in_progress_running_old_tasks_do_not_count()
    {
        var state = new Convergence(rollbackWanted: false);
        foreach (var line in new[]
        {
            Service(1, ",\"PreviousSpec\":{\"Name\":\"web\"},\"UpdateStatus\":{\"State\":\"updating\",\"StartedAt\":\"2026-11-21T02:00:00Z\"}")
                .Replace("\"Mode\"", "\"TaskTemplate\":{\"ForceUpdate\":1},\"Mode\"", StringComparison.Ordinal),
            Task("a", 1, "running"), Synced,
        })
            state.Apply(WatchDecoder.Line(System.Text.Encoding.UTF8.GetBytes(line)));

        Assert.Equal((Verdict.Waiting, 0, 1), (state.Look().Verdict, state.Look().Done, state.Look().Total));
    }

    /// <summary>Deploying again what a rollback has restored, or scaling it, is no failed update.</summary>
    [Theory]
    [InlineData("rollback_completed", 2, "Converged")]
    [InlineData("rollback_started", 2, "Converged")]
    [InlineData("completed", 2, "Failed")]
    [InlineData("rollback_completed", 1, "Failed")]
    [InlineData("", 0, "Failed")]
    public void A_rollback_fails_a_command_only_when_it_began_after_it(string found, int hour, string verdict)
    {
        var before = found.Length == 0 ? null : ApiJson.Read(System.Text.Encoding.UTF8.GetBytes(
            $"{{\"State\":\"{found}\",\"StartedAt\":\"2026-11-21T0{hour}:00:00Z\"}}"), ApiJson.Default.UpdateStatusView);
        var state = new Convergence(rollbackWanted: false, before);
        foreach (var line in new[]
        {
            Service(1, ",\"UpdateStatus\":{\"State\":\"rollback_completed\",\"StartedAt\":\"2026-11-21T02:00:00Z\",\"Message\":\"m\"}"),
            Task("a", 1, "running"), Synced,
        })
            state.Apply(WatchDecoder.Line(System.Text.Encoding.UTF8.GetBytes(line)));

        Assert.Equal(verdict, state.Look().Verdict.ToString());
    }

    [Theory]
    [InlineData("2026-11-21T02:00:00Z", 0)]
    [InlineData("2026-11-21T03:00:00Z", 1)]
    public void A_service_that_was_rolled_back_long_ago_can_be_scaled(string rolledBackAt, int exitCode)
    {
        static string Status(string at) => $",\"UpdateStatus\":{{\"State\":\"rollback_completed\",\"StartedAt\":\"{at}\",\"Message\":\"m\"}}";
        using var manager = new FakeManager(request => request.Method == "POST" ? new(200, "{}")
            : request.Path.StartsWith("/orch/v1/watch", StringComparison.Ordinal)
                ? new(200, "", [Service(1, Status(rolledBackAt)), Task("a", 1, "running"), Synced])
            : new(200, "{\"ID\":\"s\",\"Version\":{\"Index\":1},\"Spec\":{\"Name\":\"web\"}" + Status("2026-11-21T02:00:00Z") + "}"));

        Assert.Equal(exitCode, Run.Orch(manager, "service", "scale", "web=1").ExitCode);
    }

    [Fact]
    public void Detach_asks_for_no_watch()
    {
        using var manager = new FakeManager(_ => new(201, "{\"ID\":\"s\"}"));

        Assert.Equal("s\n", Run.Orch(manager, "service", "create", "--detach", "busybox").Out);
        Assert.Single(manager.Requests);
    }

    private static Outcome Create(params string[][] watches)
    {
        var next = 0;
        using var manager = new FakeManager(request => request.Method == "POST"
            ? new(201, "{\"ID\":\"s\"}") : new(200, "", watches[Math.Min(next++, watches.Length - 1)]));
        return Run.Orch(manager, "service", "create", "busybox");
    }

    /// <summary>What the views promise: initial values for absent members, and Docker's form of moments.</summary>
    [Theory]
    [InlineData("2026-11-21T02:13:31.14866228Z", "2026-11-21T02:13:31.14866228Z")]
    [InlineData("2026-11-21T03:13:31+01:00", "2026-11-21T02:13:31Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    public void Moments_keep_their_nanoseconds(string read, string written)
    {
        var view = ApiJson.Read(System.Text.Encoding.UTF8.GetBytes($$"""{"ID":"x","CreatedAt":"{{read}}"}"""), ApiJson.Default.ServiceView);

        var json = System.Text.Encoding.UTF8.GetString(ApiJson.Write(view, ApiJson.Default.ServiceView));

        Assert.Contains($"\"CreatedAt\":\"{written}\"", json.Replace("\\u002B", "+", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("\"Labels\":{}", json, StringComparison.Ordinal);
        Assert.Contains("\"Endpoint\":{\"Spec\":{}}", json, StringComparison.Ordinal);
    }
}
