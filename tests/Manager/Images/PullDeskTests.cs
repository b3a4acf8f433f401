using Orch.Contracts.Agent;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Core.Writing;
using Orch.Grpc;
using Orch.Manager.Images;

namespace Orch.Tests.Manager.Images;

public sealed class PullDeskTests
{
    private const string Image = "reg:5000/app:1";
    private static readonly NodeId _here = new(1);
    private static readonly NodeId _elsewhere = new(2);
    private readonly ClusterWriter _writer = new(new ClusterState());
    private ulong _id = 100;

    public PullDeskTests()
    {
        Do(new JoinNode(_here, NodeRole.Worker, "n1", "10.0.0.1"));
        Do(new DescribeNode(_here, new Orch.Core.Model.NodeDescription { Hostname = "n1", NanoCpus = 1_000_000_000, MemoryBytes = 1 << 30 }, "10.0.0.1"));
        Do(new SetNodeState(_here, NodeState.Ready, null));
        Do(new JoinNode(_elsewhere, NodeRole.Worker, "n2", "10.0.0.2"));
        Do(new CreateService(Spec("own", Image), "deployed"));
        Do(new CreateService(Spec("public", "app:1")));
        Do(new LogInRegistry("reg:5000", "ci", "login"));
    }

    [Fact]
    public void What_the_service_was_deployed_with_comes_before_the_login_of_the_cluster() =>
        Assert.Equal(["deployed", "login"], Ask(_here, "own", Image).Auths);

    [Fact]
    public void An_image_of_another_registry_gets_no_credential_of_this_one() =>
        Assert.Empty(Ask(_here, "public", "app:1").Auths);

    [Fact]
    public void A_node_without_a_task_of_the_service_learns_nothing() =>
        Assert.Equal(GrpcStatus.PermissionDenied, Assert.Throws<GrpcException>(() => Ask(_elsewhere, "own", Image)).Status);

    [Fact]
    public void Another_image_than_the_services_own_is_refused() =>
        Assert.Equal(GrpcStatus.PermissionDenied, Assert.Throws<GrpcException>(() => Ask(_here, "public", Image)).Status);

    private PullCredentials Ask(NodeId node, string service, string image)
    {
        var view = _writer.Speculative;
        var id = view.ServicesByName.Get(service);
        return PullDesk.For(view, node, new PullCredentialsRequest { ServiceId = id.ToString(), Image = image });
    }

    private void Do(ClusterCommand command)
    {
        _writer.Enqueue(command, command);
        while (_writer.Step(new StepContext(default, () => _id++)) is { } batch)
        {
            Assert.All(batch.Answers, answer => Assert.Null(answer.Decision.Refusal));
            _writer.Acknowledge(batch);
        }
    }

    private static ServiceSpec Spec(string name, string image) => new()
    {
        Name = name,
        Mode = new() { Replicated = new() { Replicas = 1 } },
        TaskTemplate = new() { ContainerSpec = new() { Image = image } },
    };
}
