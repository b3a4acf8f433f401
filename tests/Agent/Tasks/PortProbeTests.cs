using Orch.Agent.Engine;
using Orch.Agent.Tasks;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Tests.Agent.Fakes;

namespace Orch.Tests.Agent.Tasks;

public sealed class PortProbeTests
{
    private readonly CoreHarness _agent = new();

    private const string Ports = """{"Ports":[{"TargetPort":80},{"TargetPort":53,"Protocol":"udp"}]}""";

    private bool Fit => _agent.Outputs.OfType<AgentOutput.Fit>().LastOrDefault()?.IsFit == true;

    private void WithPorts(string endpoint = Ports)
    {
        _agent.Endpoint = endpoint;
        _agent.Addresses.Add(new() { NetworkId = "net", Address = "10.0.0.5" });
    }

    private CoreHarness Started(string endpoint = Ports)
    {
        WithPorts(endpoint);
        _agent.Up().Connect().Assign(1);
        while (Asked is null)
            _agent.Answer(0);
        return _agent;
    }

    private EngineCall.AwaitPorts? Asked => _agent.Calls.OfType<EngineCall.AwaitPorts>().LastOrDefault();

    [Fact]
    public void A_task_with_an_address_runs_when_its_published_tcp_ports_answer()
    {
        Started();

        Assert.Equal([80], Asked!.Probe.Ports);
        Assert.Equal("10.0.0.5", Asked.Probe.Address.ToString());
        Assert.Equal(TaskState.Starting, _agent.StateOf(1));
        _agent.Settle();
        Assert.Equal(TaskState.Running, _agent.StateOf(1));
        Assert.Equal("started", _agent.LastReport(1)!.Message);
    }

    [Fact]
    public void A_port_that_never_answers_delays_a_task_and_is_named_but_does_not_end_it()
    {
        _agent.Engine.PortsError = "started; port 80/tcp accepts no connections after 30 s";

        Started().Settle();

        Assert.Equal(TaskState.Running, _agent.StateOf(1));
        Assert.Equal(_agent.Engine.PortsError, _agent.LastReport(1)!.Message);
        Assert.Equal("", _agent.LastReport(1)!.Error);
    }

    [Fact]
    public void A_task_that_is_told_to_stop_while_its_port_is_awaited_stops_at_once()
    {
        Started();

        _agent.Assign(1, TaskState.Shutdown);

        Assert.Contains(_agent.Calls, call => call is EngineCall.Stop);
        _agent.Settle();
        Assert.Equal(TaskState.Shutdown, _agent.StateOf(1));
    }

    [Fact]
    public void The_answer_for_an_earlier_run_does_not_count_for_the_next()
    {
        Started();
        var container = Assert.Single(_agent.Engine.Containers);
        _agent.Disconnect();
        _agent.Engine.Die(container.Id, 1);
        _agent.DeliverEvent();

        _agent.Settle();

        Assert.NotEqual(TaskState.Running, _agent.StateOf(1));
    }

    [Fact]
    public void A_task_with_a_health_check_is_asked_for_no_ports_and_fit_when_it_is_healthy()
    {
        _agent.Engine.Images["web"] = true;
        WithPorts();
        _agent.Up().Connect().Assign(1);
        _agent.Settle();

        Assert.Null(Asked);
        Assert.Equal(TaskState.Starting, _agent.StateOf(1));
        Assert.False(Fit);
        _agent.Engine.SetHealth(Assert.Single(_agent.Engine.Containers).Id, ContainerHealth.Healthy);
        _agent.Settle();
        Assert.Equal(TaskState.Running, _agent.StateOf(1));
        Assert.True(Fit);
    }

    [Fact]
    public void A_task_is_fit_from_the_moment_its_ports_answer_until_it_is_told_to_stop()
    {
        Started();
        Assert.False(Fit);
        _agent.Settle();
        Assert.True(Fit);

        _agent.Assign(1, TaskState.Shutdown);

        Assert.False(Fit);
    }

    [Fact]
    public void A_task_whose_container_died_is_unfit_at_once_and_fit_again_when_its_next_run_answers()
    {
        Started().Settle();
        _agent.Disconnect();
        _agent.Engine.Die(Assert.Single(_agent.Engine.Containers).Id, 1);
        _agent.DeliverEvent();
        Assert.False(Fit);

        _agent.Settle().Pass(TimeSpan.FromSeconds(5));

        Assert.Equal(ContainerStatus.Running, Assert.Single(_agent.Engine.Containers).Status);
        Assert.True(Fit);
    }

    [Fact]
    public void A_lost_answer_to_the_start_leaves_no_task_out_for_ever()
    {
        WithPorts();
        _agent.Up().Connect().Assign(1);
        while (_agent.Calls is not [EngineCall.Start, ..])
            _agent.Answer(0);
        _agent.LoseAnswer(0, performed: true);

        _agent.Settle().Pass(TimeSpan.FromSeconds(5));

        Assert.True(Fit);
        Assert.Equal(TaskState.Running, _agent.StateOf(1));
    }

    [Fact]
    public void An_agent_that_comes_back_says_of_every_task_whether_it_is_fit()
    {
        Started().Settle();
        _agent.Crash(() => false);
        _agent.Outputs.Clear();
        _agent.Engine.Die(Assert.Single(_agent.Engine.Containers).Id, 1);

        _agent.Up();

        Assert.False(Fit);
    }

    [Fact]
    public void A_task_that_an_earlier_agent_started_stays_fit_while_it_is_looked_at()
    {
        Started().Settle();
        _agent.Crash(() => false);
        _agent.Outputs.Clear();

        _agent.Up().Connect().Settle();

        Assert.Equal([true], _agent.Outputs.OfType<AgentOutput.Fit>().Select(fit => fit.IsFit));
    }

    [Fact]
    public void A_task_without_an_address_runs_when_it_is_started()
    {
        _agent.Endpoint = """{"Ports":[{"TargetPort":80,"PublishMode":"host"}]}""";
        _agent.Up().Connect().Assign(1);

        _agent.Settle();

        Assert.DoesNotContain(_agent.Outputs, output => output is AgentOutput.Call { Request: EngineCall.AwaitPorts });
        Assert.Equal(TaskState.Running, _agent.StateOf(1));
    }
}
