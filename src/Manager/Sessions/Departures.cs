using Orch.Core.Model;

namespace Orch.Manager.Sessions;

/// <summary>
/// Tasks of one change that are about to stop, each with the machines that still lead connections to it: its own is told
/// to stop it when all of these have said that they do so no more.
/// </summary>
internal sealed class Departures
{
    private static readonly Task _never = new TaskCompletionSource().Task;
    private readonly Dictionary<TaskId, List<Task>> _leaving = [];

    /// <summary>It leaves names and rules, and its machine has yet to be told.</summary>
    public static bool IsLeaving(TaskRecord? task) =>
        task is { State: TaskState.Running, Desired: > TaskState.Running, Addresses.Count: > 0 };

    /// <summary>A machine that may still lead to the task cannot be told now.</summary>
    public void AddSilent(TaskId task) => Add(task, _never);

    /// <summary>Gone: when a machine that leads to the task does so no more.</summary>
    public void Add(TaskId task, Task gone)
    {
        if (gone.IsCompleted)
            return;
        if (!_leaving.TryGetValue(task, out var machines))
            _leaving[task] = machines = [];
        machines.Add(gone);
    }

    /// <summary>
    /// Tells the machine of the task, now or when nobody leads there any more. Within: a machine that is cut off holds up
    /// nothing for longer.
    /// </summary>
    public void Assign(SessionOutbox session, TaskId task, TimeSpan within, TimeProvider clock)
    {
        if (_leaving.TryGetValue(task, out var machines))
            _ = AssignAsync(session, task, Task.WhenAll(machines), within, clock);
        else
            session.Release(task);
    }

    private static async Task AssignAsync(SessionOutbox session, TaskId task, Task gone, TimeSpan within, TimeProvider clock)
    {
        try
        {
            await gone.WaitAsync(within, clock);
        }
        catch (TimeoutException)
        {
            // Its clients find out by themselves: the connection ends with the task.
        }
        session.Release(task);
    }
}
