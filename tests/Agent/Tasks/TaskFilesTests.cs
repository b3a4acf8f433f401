using Orch.Agent.Engine;
using Orch.Agent.Tasks;
using Orch.Core.Model;
using Orch.Tests.Agent.Fakes;

namespace Orch.Tests.Agent.Tasks;

/// <summary>Secrets and configs of tasks: in memory, in place before the container, gone after it.</summary>
public sealed class TaskFilesTests
{
    private readonly CoreHarness _agent = new CoreHarness().WithSecret();

    private CoreHarness Running()
    {
        _agent.Up().Connect().Assign(1);
        return _agent.Settle();
    }

    [Fact]
    public void Files_are_in_place_before_the_container_is_created_and_it_mounts_them_read_only()
    {
        Running();

        var calls = _agent.Outputs.OfType<AgentOutput.Call>().Select(output => output.Request).ToList();
        var create = Assert.Single(calls.OfType<EngineCall.Create>());
        Assert.True(calls.FindIndex(call => call is EngineCall.PlaceFiles) < calls.IndexOf(create));
        var file = Assert.Single(_agent.Engine.Folders[CoreHarness.Task(1)]);
        Assert.Equal((CoreHarness.Secret, 33u, 44u, 256u),
            (System.Text.Encoding.UTF8.GetString(file.Content), file.User, file.Group, file.Mode));
        var mount = Assert.Single(create.Request.HostConfig!.Mounts!);
        Assert.Equal(("bind", $"/files/{CoreHarness.Task(1)}/0", "/run/secrets/password", true),
            (mount.Type, mount.Source, mount.Target, mount.ReadOnly == true));
        Assert.Equal(TaskState.Running, _agent.StateOf(1));
    }

    [Fact]
    public void A_task_waits_for_files_that_come_later()
    {
        var later = _agent.Files.ToList();
        _agent.Files.Clear();
        Running();
        Assert.Empty(_agent.Engine.Containers);
        Assert.Equal(TaskState.Preparing, _agent.StateOf(1));

        var set = _agent.Set(1, []);
        set.Files.Add(later);
        _agent.Hear(new() { Assignments = set });

        _agent.Settle();
        Assert.Equal(TaskState.Running, _agent.StateOf(1));
    }

    [Fact]
    public void A_file_that_no_manager_has_is_the_tasks_end_and_named()
    {
        _agent.Files.Clear();
        _agent.Up().Connect().AssignAll([(1, TaskState.Running)]);
        _agent.Settle();

        Assert.Equal(TaskState.Rejected, _agent.StateOf(1));
        Assert.StartsWith($"secret db-password ({CoreHarness.SecretId}) does not exist any more", _agent.LastReport(1)!.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_agent_that_restarts_without_a_manager_adopts_the_container_and_its_files()
    {
        Running();
        var before = _agent.Engine.Containers[0];

        _agent.Crash(() => false);
        _agent.Up().Settle();

        Assert.Equal(before, Assert.Single(_agent.Engine.Containers));
        Assert.Single(_agent.Engine.Folders);
        Assert.Single(_agent.Outputs, output => output is AgentOutput.Call { Request: EngineCall.PlaceFiles });
    }

    [Fact]
    public void After_a_reboot_the_container_waits_until_a_manager_sends_the_files_again()
    {
        Running();

        _agent.Reboot();
        _agent.Up().Settle();
        Assert.DoesNotContain(_agent.Engine.Containers, container => container.Status == ContainerStatus.Running);

        _agent.Connect().AssignAll([(1, TaskState.Running)]);
        _agent.Settle().Pass(TimeSpan.FromMinutes(1));
        Assert.Contains(_agent.Engine.Containers, container => container.Status == ContainerStatus.Running);
        Assert.Single(_agent.Engine.Folders);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_stays_of_a_task_that_ended(bool removed)
    {
        Running();

        if (removed)
            _agent.Remove(1);
        else
            _agent.Assign(1, TaskState.Shutdown);
        _agent.Settle();

        Assert.Empty(_agent.Engine.Folders);
    }

    [Fact]
    public void What_an_agent_left_when_it_died_is_cleared_by_the_next()
    {
        Running().Assign(1, TaskState.Shutdown);
        _agent.Settle();
        var stranger = CoreHarness.Task(9);
        _agent.Engine.Folders[CoreHarness.Task(1)] = [];
        _agent.Engine.Folders[stranger] = [];

        _agent.Crash(() => false);
        _agent.Up();
        Assert.Equal([stranger], _agent.Engine.Folders.Keys);

        _agent.Connect().AssignAll([]);
        Assert.Empty(_agent.Engine.Folders);
    }

    [Fact]
    public void Files_that_cannot_be_placed_are_the_tasks_end()
    {
        _agent.Engine.PlaceError = "a tmpfs cannot be mounted";
        Running();

        Assert.Equal((TaskState.Rejected, "a tmpfs cannot be mounted"), (_agent.StateOf(1), _agent.LastReport(1)!.Error));
    }

    [Fact]
    public void The_content_is_neither_journalled_nor_told_to_anybody()
    {
        Running();
        _agent.Crash(() => false);
        _agent.Up().Connect().AssignAll([(1, TaskState.Running)]);
        _agent.Settle();

        using var journal = new MemoryStream();
        using var writer = new BinaryWriter(journal);
        foreach (var entry in _agent.Journal.Entries())
            JournalCodec.Write(writer, entry);
        Assert.True(journal.Length > 100);
        Assert.DoesNotContain(CoreHarness.Secret, System.Text.Encoding.Latin1.GetString(journal.ToArray()), StringComparison.Ordinal);
        Assert.DoesNotContain(_agent.Sent, message => message.ToString().Contains("canary", StringComparison.Ordinal));
        Assert.DoesNotContain(_agent.Outputs, output => $"{output}".Contains("canary", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{{.Service.Name}}-{{.Task.Slot}}@{{.Node.ID}}", "web-1@")]
    [InlineData("{{.Task.Name}}", "web.1.")]
    [InlineData("{{env \"MODE\"}}{{env \"NONE\"}}", "fast")]
    [InlineData("{{index .Service.Labels \"tier\"}}", "front")]
    [InlineData("{{len (secret \"password\")}}", "27")]
    public void A_template_is_expanded_for_the_task(string content, string start)
    {
        var agent = new CoreHarness().WithSecret(template: true, content: content);
        agent.Labels = """{"tier":"front"}""";
        agent.Up().Connect().Assign(1);
        agent.Settle();

        var text = System.Text.Encoding.UTF8.GetString(agent.Engine.Folders[CoreHarness.Task(1)][0].Content);
        Assert.StartsWith(start, text, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{hunter2}}")]
    [InlineData("{{hunter2")]
    [InlineData("{{secret \"hunter2\"}}")]
    public void A_template_that_fails_ends_the_task_and_shows_nothing_of_the_secret(string content)
    {
        var agent = new CoreHarness().WithSecret(template: true, content: content);
        agent.Up().Connect().Assign(1);
        agent.Settle();

        Assert.Equal(TaskState.Rejected, agent.StateOf(1));
        Assert.StartsWith("secret db-password is a template that cannot be expanded", agent.LastReport(1)!.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", agent.LastReport(1)!.Error, StringComparison.Ordinal);
    }
}
