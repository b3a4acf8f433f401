using Orch.Contracts.Api;

namespace Orch.Cli.Waiting;

/// <summary>
/// What a command waits for, kept up to date from watch events. Pure: the same events give the same pictures.
/// </summary>
internal abstract class WatchedState
{
    /// <summary>The present state has been received whole; what follows are changes.</summary>
    public bool IsSynced { get; private set; }

    /// <summary>The watch starts over: what it said before may have changed meanwhile.</summary>
    public void Reset()
    {
        Clear();
        IsSynced = false;
    }

    public void Apply(WatchEvent change)
    {
        if (change.Type == WatchEvent.Synced)
            IsSynced = true;
        else
            Take(change);
    }

    public abstract Picture Look();

    protected abstract void Clear();

    protected abstract void Take(WatchEvent change);

    protected static void Keep<T>(Dictionary<string, T> objects, string id, T value, WatchEvent change)
    {
        if (change.Action == WatchEvent.Remove)
            objects.Remove(id);
        else
            objects[id] = value;
    }
}
