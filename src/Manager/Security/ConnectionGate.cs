using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Orch.Manager.Security;

/// <summary>
/// Limits how many connections one address may hold without having proven an identity, so that a stranger can neither
/// exhaust the port nor keep handshakes open without end. Nodes stop counting once their certificate was checked.
/// </summary>
public sealed class ConnectionGate(int perAddress = 100)
{
    private readonly Dictionary<IPAddress, int> _open = [];
    private readonly Lock _lock = new();

    /// <summary>Null when the address holds too many already. The pass counts until released, once.</summary>
    public GatePass? TryEnter(IPAddress address)
    {
        var source = ClientAddress.Source(address);
        lock (_lock)
        {
            var count = _open.GetValueOrDefault(source);
            if (count >= perAddress) return null;
            _open[source] = count + 1;
        }

        return new GatePass(() => Leave(source));
    }

    internal async Task GuardAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (TryEnter(address) is not { } pass)
        {
            connection.Abort(new ConnectionAbortedException($"too many unauthenticated connections from {address}"));
            return;
        }

        connection.Features.Set(pass);
        try
        {
            await next(connection);
        }
        finally
        {
            pass.Release();
        }
    }

    private void Leave(IPAddress source)
    {
        lock (_lock)
        {
            if (_open[source] == 1) _open.Remove(source);
            else _open[source]--;
        }
    }
}

/// <summary>One counted connection.</summary>
public sealed class GatePass(Action leave)
{
    private Action? _leave = leave;

    public void Release() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
