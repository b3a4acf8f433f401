namespace Orch.Agent.Session;

/// <summary>
/// Which manager to dial next: who was named leader first, then the others in turn. Used by one task at a time, while
/// <see cref="Replace"/> may come from another.
/// </summary>
internal sealed class ManagerDirectory(IReadOnlyList<string> managers)
{
    private readonly Lock _lock = new();
    private IReadOnlyList<string> _managers = managers;
    private int _next;

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock)
                return _managers;
        }
    }

    /// <summary>Null while no manager is known.</summary>
    public string? Current
    {
        get
        {
            lock (_lock)
                return _managers.Count == 0 ? null : _managers[_next % _managers.Count];
        }
    }

    public void TryAnother()
    {
        lock (_lock)
            _next = _managers.Count == 0 ? 0 : (_next + 1) % _managers.Count;
    }

    public void Prefer(string leader)
    {
        lock (_lock)
        {
            if (!_managers.Contains(leader))
                _managers = [leader, .. _managers];
            _next = IndexOf(leader);
        }
    }

    /// <summary>The manager in use stays the next to dial when it is in the new list too.</summary>
    public void Replace(IReadOnlyList<string> managers)
    {
        lock (_lock)
        {
            var current = _managers.Count == 0 ? "" : _managers[_next % _managers.Count];
            _managers = managers;
            _next = Math.Max(0, IndexOf(current));
        }
    }

    private int IndexOf(string manager)
    {
        for (var i = 0; i < _managers.Count; i++)
        {
            if (_managers[i] == manager)
                return i;
        }
        return -1;
    }
}
