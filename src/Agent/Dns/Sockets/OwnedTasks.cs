using System.Collections.Concurrent;

namespace Orch.Agent.Dns;

/// <summary>Work that nobody waits for one by one; whoever owns it can wait for all of it at the end.</summary>
internal sealed class OwnedTasks(Action<Exception> failed)
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    public int Count => _running.Count;

    public void Run(Func<Task> work)
    {
        var task = Task.Run(async () =>
        {
            try
            {
                await work();
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                // The server stops, or the network went away meanwhile.
            }
            catch (Exception e)
            {
                failed(e);
            }
        });
        _running[task] = true;
        task.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public Task DrainAsync() => Task.WhenAll(_running.Keys);
}
