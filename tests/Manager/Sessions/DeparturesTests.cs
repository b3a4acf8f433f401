using Orch.Core.Model;
using Orch.Manager.Sessions;
using Orch.Tests.Support;

namespace Orch.Tests.Manager.Sessions;

public sealed class DeparturesTests
{
    private static readonly TimeSpan _within = TimeSpan.FromSeconds(1);
    private readonly TaskId _task = new(5);
    private readonly SessionOutbox _own = new(new NodeId(1));
    private readonly SessionOutbox _other = new(new NodeId(2));

    [Fact]
    public void A_task_that_nobody_else_leads_to_is_told_at_once()
    {
        new Departures().Assign(_own, _task, _within, TimeProvider.System);

        Assert.Equal([_task], _own.Take().Assigned);
    }

    [Fact]
    public async Task A_task_is_told_to_stop_when_the_others_lead_nobody_to_it_any_more()
    {
        var departures = new Departures();
        departures.Add(_task, _other.TouchAndWait([_task]));
        departures.Assign(_own, _task, TimeSpan.FromMinutes(5), TimeProvider.System);
        Assert.Empty(_own.Take().Assigned);

        Assert.Equal([_task], _other.Take().Touched.Tasks);
        _other.Sent(9);
        Assert.Empty(_own.Take().Assigned);
        _other.Applied(9);
        await _own.WaitAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal([_task], _own.Take().Assigned);
    }

    [Fact]
    public async Task A_machine_that_says_nothing_holds_it_up_for_a_bounded_time()
    {
        var clock = new ManualClock();
        var departures = new Departures();
        departures.Add(_task, _other.TouchAndWait([_task]));
        departures.Assign(_own, _task, _within, clock);

        clock.Advance(_within);
        await _own.WaitAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal([_task], _own.Take().Assigned);
    }

    [Fact]
    public void A_task_that_is_held_is_told_of_by_its_release()
    {
        _own.Hold(_task);
        Assert.True(_own.IsHeld(_task));
        Assert.Empty(_own.Take().Assigned);

        _own.Release(_task);
        Assert.Equal([_task], _own.Take().Assigned);
        Assert.False(_own.IsHeld(_task));
    }

    [Fact]
    public async Task A_machine_that_cannot_be_told_holds_it_up_for_a_bounded_time()
    {
        var clock = new ManualClock();
        var departures = new Departures();
        departures.AddSilent(_task);
        departures.Assign(_own, _task, _within, clock);
        Assert.Empty(_own.Take().Assigned);

        clock.Advance(_within);
        await _own.WaitAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([_task], _own.Take().Assigned);
    }
}
