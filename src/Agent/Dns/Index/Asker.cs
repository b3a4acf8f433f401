namespace Orch.Agent.Dns;

/// <summary>Who asks: a task with its networks in order, or this machine itself on one network (without a service).</summary>
internal sealed class Asker(ServiceCell? service, Zone[] zones)
{
    private int _forwarded;

    public Zone[] Zones => zones;
    public ServiceCell? Service => service;
    public string Stack => service?.Stack ?? "";

    /// <summary>Names that are not ours may be asked outside only by those who can reach the outside.</summary>
    public bool MayForward
    {
        get
        {
            foreach (var zone in zones)
            {
                if (!zone.Facts.IsInternal)
                    return true;
            }
            return false;
        }
    }

    /// <summary>False when it has that many questions outside already; else <see cref="EndForward"/> must follow.</summary>
    public bool TryBeginForward(int most)
    {
        if (Interlocked.Increment(ref _forwarded) <= most)
            return true;
        EndForward();
        return false;
    }

    public void EndForward() => Interlocked.Decrement(ref _forwarded);
}

/// <summary>Whose an address is: a task's, this machine's own (no task), or a service's virtual one (nobody asks from it).
/// </summary>
internal sealed class AddressOwner(Asker? asker, uint address, TaskOnZone task = default, ServiceView? vip = null)
{
    public uint Address => address;
    public Asker? Asker => asker;
    public TaskOnZone Task => task;
    public ServiceView? Vip => vip;
}
