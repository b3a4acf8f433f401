using Google.Protobuf;
using Orch.Contracts.Agent;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Core.Writing;
using Orch.Manager.Sessions;

namespace Orch.Tests.Manager.Sessions;

/// <summary>A secret goes to agents with a task that needs it, once, and is taken back after the last such task.</summary>
public sealed class FileLedgerTests
{
    private static readonly NodeId _here = new(1);
    private static readonly NodeId _there = new(2);
    private readonly ClusterWriter _writer = new(new ClusterState());
    private readonly AssignmentLedger _ledger = new(_here, new(1, 1));
    private ulong _id = 100;

    public FileLedgerTests()
    {
        foreach (var (node, name) in new[] { (_here, "here"), (_there, "there") })
        {
            Do(new JoinNode(node, NodeRole.Worker, name, $"10.0.0.{node.Value}"));
            Do(new DescribeNode(node, new() { Hostname = name, NanoCpus = 4_000_000_000, MemoryBytes = 1L << 30 }, $"10.0.0.{node.Value}"));
            Do(new SetNodeState(node, NodeState.Ready, null));
        }
        Do(new CreateFile(FileKind.Secret, new() { Name = "key", Data = "one"u8.ToArray() }));
    }

    private ClusterState View => _writer.Speculative;
    private FileId Key => View.FilesByName.Get(new(FileKind.Secret, "key"));

    [Fact]
    public void Only_the_node_with_the_task_is_sent_the_secret()
    {
        Create("web", "here");

        var file = Assert.Single(_ledger.Complete(View).Files);
        Assert.Equal((Key.ToString(), "one", false), (file.Id, file.Data.ToStringUtf8(), file.IsTemplate));
        Assert.Empty(new AssignmentLedger(_there, new(1, 1)).Complete(View).Files);
    }

    [Fact]
    public void It_is_sent_once_and_taken_back_with_the_last_task()
    {
        _ledger.Complete(View);
        Assert.Single(Delta(Create("a", "here"))!.Files);
        Assert.Empty(Delta(Create("b", "here"))!.Files);

        Assert.Empty(Delta(Ended("a"))?.DroppedFiles ?? []);
        Assert.Equal([Key.ToString()], Delta(Ended("b"))!.DroppedFiles);
        Assert.Null(Delta(Ended("b")));
    }

    [Fact]
    public void A_task_that_is_to_stop_needs_it_no_more()
    {
        var task = Create("a", "here");
        _ledger.Complete(View);

        Do(new RemoveService("a"));

        Assert.Equal([Key.ToString()], Delta(task)!.DroppedFiles);
    }

    [Fact]
    public void New_content_travels_with_the_new_task_while_the_old_one_keeps_its_own()
    {
        Create("a", "here");
        _ledger.Complete(View);
        var old = Key;

        Do(new ReplaceFile(FileKind.Secret, "key", View.Files.Get(old)!.Version, new() { Data = "two"u8.ToArray() }));

        var service = View.Services.Get(View.ServicesByName.Get("a"))!;
        var file = Assert.Single(Delta([.. View.TaskRecordsOf(service.Id).Select(task => task.Id)])!.Files);
        Assert.Equal((Key.ToString(), "two"), (file.Id, file.Data.ToStringUtf8()));
        Assert.NotEqual(old, Key);
    }

    [Fact]
    public void A_template_is_sent_as_it_was_stored_and_marked()
    {
        Do(new CreateFile(FileKind.Config, new() { Name = "conf", Data = "{{.Service.Name}}"u8.ToArray(), Templating = new() { Name = "golang" } }));
        var id = View.FilesByName.Get(new(FileKind.Config, "conf")).ToString();
        Do(new CreateService(Spec("a", "here", new ContainerSpec
        {
            Image = "app",
            Configs = [new() { ConfigID = id, ConfigName = "conf", File = new() { Name = "/conf", UID = "0", GID = "0", Mode = 292 } }],
        })));

        var file = Assert.Single(_ledger.Complete(View).Files);
        Assert.Equal(("{{.Service.Name}}", true), (file.Data.ToStringUtf8(), file.IsTemplate));
    }

    [Fact]
    public void Files_travel_ahead_of_a_set_that_is_too_large_for_one_message()
    {
        var message = new Assignments { Revision = 7, Complete = true };
        for (var n = 0; n < 10; n++)
            message.Files.Add(new FilePayload { Id = $"f{n}", Data = ByteString.CopyFrom(new byte[300]) });
        message.Tasks.Add(new TaskAssignment { TaskId = "t" });

        var parts = AssignmentParts.Split(message, targetBytes: 1_000).ToList();

        Assert.All(parts, part => Assert.True(part.CalculateSize() < 1_500));
        Assert.All(parts.SkipLast(1), part => Assert.True(!part.Complete && part.Tasks.Count == 0));
        Assert.True(parts[^1] is { Complete: true, Files.Count: 0, Tasks.Count: 1 });
        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"f{n}"), parts.SelectMany(part => part.Files).Select(file => file.Id));
    }

    /// <summary>The service's only task, which runs.</summary>
    private TaskId Create(string name, string node)
    {
        Do(new CreateService(Spec(name, node, new ContainerSpec
        {
            Image = "app",
            Secrets = [new() { SecretID = Key.ToString(), SecretName = "key", File = new() { Name = "key", UID = "0", GID = "0", Mode = 292 } }],
        })));
        var task = Assert.Single(View.TaskRecordsOf(View.ServicesByName.Get(name)));
        Report(task, TaskState.Running);
        return task.Id;
    }

    private TaskId Ended(string name)
    {
        var task = View.TaskRecordsOf(View.ServicesByName.Get(name)).OrderBy(task => task.CreatedAt).First();
        Report(task, TaskState.Failed);
        return task.Id;
    }

    private void Report(TaskRecord task, TaskState state) => Do(new ReportTasks(
        task.NodeId, [new(task.Id, new() { State = state, At = task.CreatedAt })], Complete: false));

    private Assignments? Delta(params TaskId[] touched) => _ledger.Delta(View, touched);

    private static ServiceSpec Spec(string name, string node, ContainerSpec container) => new()
    {
        Name = name,
        Mode = new() { Replicated = new() { Replicas = 1 } },
        TaskTemplate = new()
        {
            ContainerSpec = container,
            Placement = new() { Constraints = [$"node.hostname=={node}"] },
            RestartPolicy = new() { Condition = "none" },
        },
    };

    private void Do(ClusterCommand command)
    {
        _writer.Enqueue(command, command);
        while (_writer.Step(new StepContext(default, () => _id++)) is { } batch)
        {
            Assert.All(batch.Answers, answer => Assert.Null(answer.Decision.Refusal));
            _writer.Acknowledge(batch);
        }
    }
}
