using Orch.Manager.Sessions;

namespace Orch.Tests.Manager.Sessions;

public sealed class AppliedMarkTests
{
    private readonly AppliedMark _mark = new();

    [Fact]
    public void A_touch_is_done_when_what_was_sent_about_it_is_acknowledged()
    {
        var done = _mark.Touch();
        _mark.Taken();
        _mark.Sent(7);
        Assert.False(done.IsCompleted);
        _mark.Applied(6);
        Assert.False(done.IsCompleted);
        _mark.Applied(7);
        Assert.True(done.IsCompletedSuccessfully);
    }

    [Fact]
    public void An_answer_that_is_faster_than_the_sender_counts()
    {
        var done = _mark.Touch();
        _mark.Taken();
        _mark.Applied(7);
        Assert.False(done.IsCompleted);
        _mark.Sent(7);
        Assert.True(done.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_touch_that_nothing_had_to_be_sent_for_waits_for_what_was_sent_before()
    {
        _mark.Touch();
        _mark.Taken();
        _mark.Sent(7);
        var done = _mark.Touch();
        _mark.Taken();
        _mark.Sent(0);
        Assert.False(done.IsCompleted);
        _mark.Applied(7);
        Assert.True(done.IsCompletedSuccessfully);
        Assert.True(Next().IsCompletedSuccessfully);
    }

    [Fact]
    public void A_touch_that_came_after_the_sender_looked_waits_for_its_next_look()
    {
        _mark.Taken();
        var done = _mark.Touch();
        _mark.Sent(7);
        _mark.Applied(7);
        Assert.False(done.IsCompleted);
        _mark.Taken();
        _mark.Sent(8);
        _mark.Applied(8);
        Assert.True(done.IsCompletedSuccessfully);
    }

    [Fact]
    public void Each_of_two_updates_is_waited_for_by_itself()
    {
        var first = _mark.Touch();
        _mark.Taken();
        _mark.Sent(1);
        var second = _mark.Touch();
        _mark.Taken();
        _mark.Sent(2);
        _mark.Applied(1);
        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
        _mark.Applied(2);
        Assert.True(second.IsCompletedSuccessfully);
    }

    [Fact]
    public void An_agent_that_never_answers_costs_a_bounded_room_and_the_newest_are_answered_when_it_does()
    {
        var oldest = _mark.Touch();
        Task newest = oldest;
        for (var i = 0; i < 5_000; i++)
            newest = _mark.Touch();
        _mark.Taken();
        _mark.Sent(1);
        _mark.Applied(1);
        Assert.False(oldest.IsCompleted);
        Assert.True(newest.IsCompletedSuccessfully);
    }

    private Task Next()
    {
        var done = _mark.Touch();
        _mark.Taken();
        _mark.Sent(0);
        return done;
    }
}
