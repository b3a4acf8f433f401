using System.Buffers.Binary;
using System.Net;
using System.Text;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Tests.Manager.Api;

namespace Orch.Tests.Manager.Logs;

/// <summary>The logs endpoints over a real store; what nodes would say is said by the test.</summary>
public sealed class LogApiTests(ApiHost api) : IClassFixture<ApiHost>
{
    /// <summary>A running task on the one node, whose agent says what the test says.</summary>
    private async Task<(string Service, string Task, FakeNodeLog Log)> RunAsync(string name, string more = "")
    {
        var service = await api.CreateAsync(name, more);
        var id = Ids.Parse<ServiceId>(service);
        var view = await api.UntilAsync(v => v.TaskRecordsOf(id).Any(task => !task.NodeId.IsNone));
        var task = view.TaskRecordsOf(id).First(t => !t.NodeId.IsNone);
        await ReportAsync(task.Id, TaskState.Running);
        return (service, task.Id.ToString(), api.Logs.Connect(ApiHost.Self));
    }

    private Task<Decision> ReportAsync(TaskId task, TaskState state) => api.Store.ExecuteAsync(new ReportTasks(
        ApiHost.Self, [new ObservedTask(task, new() { State = state, At = new Timestamp(5), ExitCode = 0 })], Complete: false));

    private static List<(byte Stream, string Text)> Frames(byte[] body)
    {
        var frames = new List<(byte, string)>();
        for (var at = 0; at < body.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 4));
            frames.Add((body[at], Encoding.UTF8.GetString(body, at + 8, length)));
            at += 8 + length;
        }
        return frames;
    }

    private async Task<List<(byte Stream, string Text)>> ReadAsync(string path)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return Frames(await api.Http.GetByteArrayAsync(path, patience.Token));
    }

    [Fact]
    public async Task A_service_s_log_comes_in_frames_with_time_and_whose_it_is()
    {
        var (service, task, log) = await RunAsync("framed");
        log.Say(task, 1_795_227_221_045_081_300, "hello\n").Say(task, 1_795_227_222_000_000_000, "oh\n", stream: 2, "k=v").End(task).Complete();

        var frames = await ReadAsync("/services/framed/logs?stdout=1&stderr=1&timestamps=1&details=1&tail=7&since=12.5");

        var who = $"com.docker.swarm.node.id={ApiHost.Self},com.docker.swarm.service.id={service},com.docker.swarm.task.id={task}";
        Assert.Equal(
            [(1, $"2026-11-21T02:13:41.045081300Z {who} hello\n"), (2, $"2026-11-21T02:13:42.000000000Z {who},k=v oh\n")], frames);
        var asked = await log.AskedAsync();
        Assert.Equal((7L, 12_500_000_000L, false), (asked.Tail, asked.SinceUnixNanos, asked.Follow));
    }

    [Fact]
    public async Task A_terminal_s_log_is_bare()
    {
        var more = ",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"busybox:latest\",\"TTY\":true}}";
        var (_, task, log) = await RunAsync("tty", more);
        log.Say(task, 1, "one\r\n").Say(task, 2, "two\r\n").End(task).Complete();

        using var answer = await api.Http.GetAsync("/tasks/" + task + "/logs?stdout=1");

        Assert.Equal("one\r\ntwo\r\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/vnd.docker.raw-stream", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_node_that_is_not_there_costs_one_line()
    {
        var (_, task, _) = await RunAsync("away");
        api.Logs.Disconnect(ApiHost.Self);

        var frames = await ReadAsync("/services/away/logs?stdout=1&stderr=1");

        Assert.Equal([(2, "orch: the logs of node manager-1 are missing: it is not connected\n")], frames);
        Assert.NotEmpty(task);
    }

    [Fact]
    public async Task A_task_whose_log_cannot_be_read_says_why()
    {
        var (_, task, log) = await RunAsync("none");
        log.End(task, "configured logging driver does not support reading").Complete();

        var frames = await ReadAsync("/services/none/logs?stdout=1&stderr=1");

        Assert.Equal([(2, "orch: no logs of this task: configured logging driver does not support reading\n")], frames);
    }

    [Fact]
    public async Task A_follower_gets_lines_as_they_come_reads_on_after_a_break_and_takes_in_new_tasks()
    {
        var (service, task, log) = await RunAsync("follow", ",\"Mode\":{\"Replicated\":{\"Replicas\":1}}");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var answer = await api.Http.GetAsync(
            "/services/follow/logs?stdout=1&stderr=1&follow=1&tail=5", HttpCompletionOption.ResponseHeadersRead, patience.Token);
        await using var body = await answer.Content.ReadAsStreamAsync(patience.Token);
        log.Say(task, 10, "first\n");
        Assert.Equal("first\n", await FrameAsync(body, patience.Token));
        Assert.Equal(5, (await log.AskedAsync()).Tail);

        var again = api.Logs.Connect(ApiHost.Self);
        log.Break();
        Assert.StartsWith("orch: the logs of node manager-1 are missing: it stopped", await FrameAsync(body, patience.Token), StringComparison.Ordinal);
        var asked = await again.AskedAsync();
        Assert.Equal((11L, -1L), (asked.SinceUnixNanos, asked.Tail));

        await ReportAsync(Ids.Parse<TaskId>(task), TaskState.Failed);
        var id = Ids.Parse<ServiceId>(service);
        var view = await api.UntilAsync(v => v.TaskRecordsOf(id).Any(t => t.IsAlive && !t.NodeId.IsNone));
        var next = view.TaskRecordsOf(id).First(t => t.IsAlive).Id;
        await ReportAsync(next, TaskState.Starting);
        Assert.Equal(next.ToString(), (await again.AskedAsync()).TaskId);
        again.Say(next.ToString(), 20, "second\n");
        Assert.Equal("second\n", await FrameAsync(body, patience.Token));
    }

    [Fact]
    public async Task A_client_that_does_not_read_stops_the_reading_of_the_node()
    {
        var (_, task, log) = await RunAsync("slow");
        var line = new string('x', 100_000) + "\n";
        for (var i = 0; i < 1000; i++)
            log.Say(task, i + 1, line);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using (var answer = await api.Http.GetAsync(
            "/services/slow/logs?stdout=1&follow=1", HttpCompletionOption.ResponseHeadersRead, patience.Token))
        {
            // It moves a little at first, then stands; nothing on the way may take in the 100 MB.
            var taken = -1;
            while (taken != log.Taken || taken == 0)
            {
                taken = log.Taken;
                await Task.Delay(TimeSpan.FromMilliseconds(300), patience.Token);
            }
            Assert.InRange(taken, 1, 500);
        }
        log.Complete();
    }

    private static async Task<string> FrameAsync(Stream body, CancellationToken cancellation)
    {
        var header = new byte[8];
        await body.ReadExactlyAsync(header, cancellation);
        var text = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4))];
        await body.ReadExactlyAsync(text, cancellation);
        return Encoding.UTF8.GetString(text);
    }

    [Theory]
    [InlineData("/services/nope/logs?stdout=1", 404, "service nope not found")]
    [InlineData("/tasks/nope/logs?stdout=1", 404, "task nope not found")]
    [InlineData("/orch/v1/logs?stdout=1&target=nope", 404, "no service, task or stack is called 'nope'")]
    [InlineData("/services/words/logs", 400, "Bad parameters: you must choose at least one stream")]
    [InlineData("/services/words/logs?stdout=1&tail=x", 400, "tail value must be a positive integer or \"all\"")]
    [InlineData("/services/words/logs?stdout=1&tail=-1", 400, "negative tail values not supported")]
    [InlineData("/services/words/logs?stdout=1&since=tomorrow", 400, "invalid value for \"since\": 'tomorrow' is no moment")]
    public async Task Mistakes_are_refused_in_words(string path, int status, string message)
    {
        await api.SendAsync(HttpMethod.Post, "/services/create", ApiHost.Spec("words"));

        var (code, body) = await api.SendAsync(HttpMethod.Get, path);

        Assert.Equal(((HttpStatusCode)status, message), (code, (string)body!["message"]!));
    }

    [Fact]
    public async Task A_stack_s_log_is_that_of_its_services()
    {
        var (_, task, log) = await RunAsync("shop_web", ",\"Labels\":{\"com.docker.stack.namespace\":\"shop\"}");
        log.Say(task, 1, "sold\n").End(task).Complete();

        Assert.Equal([(1, "sold\n")], await ReadAsync("/orch/v1/logs?target=shop&stdout=1"));
    }
}
