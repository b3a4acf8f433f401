using Orch.Agent.Networks;

namespace Orch.Agent.Dataplanes;

/// <summary>What the next pass is for. Changes null: everything is looked at. Leaving: nothing of ours is wanted any more.</summary>
internal sealed record PassOrder(NetworkBook Book, BookChanges? Changes, bool Leaving);

/// <summary>
/// The book that is wanted, and what became different in it since a pass last took it. Nothing is lost when that pass could
/// do nothing. Safe from every thread.
/// </summary>
internal sealed class PendingWork
{
    private readonly Lock _lock = new();
    private BookChanges _changes = new();
    private NetworkBook _wanted = NetworkBook.Empty;
    private bool _wholly;
    private bool _leaving;

    public void Want(NetworkBook book, BookChanges changes)
    {
        lock (_lock)
        {
            _wanted = book;
            _changes.AddAll(changes);
        }
    }

    /// <summary>The next pass looks at everything.</summary>
    public void Distrust()
    {
        lock (_lock)
            _wholly = true;
    }

    public void Leave()
    {
        lock (_lock)
            (_leaving, _wholly, _wanted) = (true, true, NetworkBook.Empty);
    }

    public PassOrder Take(bool wholly)
    {
        lock (_lock)
        {
            var order = new PassOrder(_wanted, wholly || _wholly ? null : _changes, _leaving);
            (_changes, _wholly) = (new(), false);
            return order;
        }
    }
}
