using Orch.Core.Model;

namespace Orch.Core.Networking;

/// <summary>
/// Who publishes which port in the cluster. An ingress port listens on every machine, so it belongs to one service
/// alone; a host-mode port may be shared by services (the scheduler keeps their tasks apart), not with an ingress port.
/// </summary>
public sealed class PortAllocator
{
    public const ushort FirstDynamic = 30000;
    public const ushort LastDynamic = 32767;

    private readonly Dictionary<PortKey, Holders> _held = [];
    private readonly Dictionary<PortProtocol, NumberPool> _dynamic = [];

    /// <summary>
    /// Takes a fixed ingress port: null, or the service that has it. A service that has it already keeps it.
    /// </summary>
    public ServiceId? TryReserveIngress(PortKey port, ServiceId service)
    {
        if (_held.TryGetValue(port, out var holders))
            return holders.Ingress == service ? null : holders.Any;
        _held[port] = new() { Ingress = service };
        DynamicNumber(port, (pool, number) => pool.Restore(number));
        return null;
    }

    /// <summary>Notes a fixed host-mode port: null, or the service that has it as ingress port.</summary>
    public ServiceId? TryReserveHost(PortKey port, ServiceId service)
    {
        if (!_held.TryGetValue(port, out var holders))
        {
            _held[port] = holders = new();
            DynamicNumber(port, (pool, number) => pool.Restore(number));
        }
        if (!holders.Ingress.IsNone)
            return holders.Ingress;
        holders.Host.Add(service);
        return null;
    }

    /// <summary>A free ingress port from 30000–32767, the one unused for longest; null when there is none.</summary>
    public PortKey? TakeDynamic(PortProtocol protocol, ServiceId service)
    {
        if (Pool(protocol).Take() is not { } number)
            return null;
        var port = new PortKey(protocol, (ushort)(FirstDynamic + number));
        _held[port] = new() { Ingress = service };
        return port;
    }

    /// <summary>The service gives up the port in either mode; harmless when it has none.</summary>
    public void Free(PortKey port, ServiceId service)
    {
        if (!_held.TryGetValue(port, out var holders))
            return;
        if (holders.Ingress == service)
            holders.Ingress = default;
        holders.Host.Remove(service);
        if (!holders.Ingress.IsNone || holders.Host.Count > 0)
            return;
        _held.Remove(port);
        DynamicNumber(port, (pool, number) => pool.Free(number));
    }

    /// <summary>The service that has it as ingress port, else the first with it in host mode; null when free.</summary>
    public ServiceId? HolderOf(PortKey port) => _held.TryGetValue(port, out var holders) ? holders.Any : null;

    private NumberPool Pool(PortProtocol protocol)
    {
        if (!_dynamic.TryGetValue(protocol, out var pool))
            _dynamic[protocol] = pool = new(LastDynamic - FirstDynamic + 1);
        return pool;
    }

    private void DynamicNumber(PortKey port, Func<NumberPool, ulong, bool> change)
    {
        if (port.Port is >= FirstDynamic and <= LastDynamic)
            change(Pool(port.Protocol), (ulong)(port.Port - FirstDynamic));
    }

    private sealed class Holders
    {
        public ServiceId Ingress;
        public readonly SortedSet<ServiceId> Host = [];
        public ServiceId Any => Ingress.IsNone ? Host.Min : Ingress;
    }
}
