namespace Orch.Agent.Dns;

/// <summary>What one worker needs while it answers, so that answers need no memory of their own.</summary>
internal sealed class DnsScratch(Random random)
{
    /// <summary>More than the longest message has room for.</summary>
    public const int MostAddresses = 4096;

    private readonly uint[] _addresses = new uint[MostAddresses];
    private int _count;

    public List<PortOfTask> Ports { get; } = [];
    public int Count => _count;

    public void Clear()
    {
        _count = 0;
        Ports.Clear();
    }

    public void Add(uint address)
    {
        if (_count < MostAddresses)
            _addresses[_count++] = address;
    }

    /// <summary>Of more than there is room for, another part each time.</summary>
    public void Add(ReadOnlySpan<uint> addresses)
    {
        var room = MostAddresses - _count;
        var from = addresses.Length > room ? random.Next(addresses.Length - room + 1) : 0;
        addresses = addresses.Slice(from, Math.Min(room, addresses.Length));
        addresses.CopyTo(_addresses.AsSpan(_count));
        _count += addresses.Length;
    }

    /// <summary>So many of what was added, each as likely as any other, in any order.</summary>
    public ReadOnlySpan<uint> Draw(int wanted)
    {
        wanted = Math.Min(wanted, _count);
        for (var i = 0; i < wanted && i < _count - 1; i++)
        {
            var other = random.Next(i, _count);
            (_addresses[i], _addresses[other]) = (_addresses[other], _addresses[i]);
        }
        return _addresses.AsSpan(0, wanted);
    }

    public void ShufflePorts() => random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Ports));
}

/// <summary>One line of an SRV answer.</summary>
internal readonly record struct PortOfTask(string Service, TaskOnZone Task, ushort Port);
