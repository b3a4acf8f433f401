using System.Text.Json;

namespace Orch.Contracts.Machine;

/// <summary>
/// All that a machine which becomes a manager must know of the cluster's store: where it is, with its password, and for Consul beside
/// the managers what a further server needs. Holds secrets: it travels only over a connection where both sides are known.
/// </summary>
public sealed record StoreInvitation(StoreAddress Store, EmbeddedConsul? Consul)
{
    /// <summary>
    /// What this manager would tell a new one. Managers: advertised addresses of all managers, which a new Consul server asks to be let in.
    /// Null: the log is on this machine's disk, and no second manager can reach it.
    /// </summary>
    public static StoreInvitation? Of(MachinePaths paths, IEnumerable<string> managers)
    {
        var store = StoreFile.Load(paths.StoreFile) ?? StoreAddress.Sqlite;
        if (store.Kind == StoreKind.Sqlite)
            return null;
        var consul = EmbeddedConsul.Load(paths);
        return new(store, consul is null ? null : consul with { Servers = [.. consul.Servers.Union(managers).Distinct()] });
    }

    /// <exception cref="FormatException">It is no invitation.</exception>
    public static StoreInvitation Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var wire = JsonSerializer.Deserialize(json, EmbeddedConsulJson.Default.Wire);
            return wire is { Store.Length: > 0 } ? new(StoreAddress.Parse(wire.Store), wire.Consul)
                : throw new FormatException("the invitation names no store");
        }
        catch (JsonException e)
        {
            throw new FormatException($"the invitation cannot be read: {e.Message}", e);
        }
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(new Wire(Store.Text, Consul), EmbeddedConsulJson.Default.Wire);

    /// <summary>
    /// Remembers the store on this machine and, where the cluster's Consul is beside its managers, makes this machine's server, which
    /// asks the others to be let in once it is started. Must come before the daemons are started as a manager's.
    /// </summary>
    public void Apply(MachinePaths paths, string advertise)
    {
        const UnixFileMode mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(paths.ManagerDir, mine);
        Consul?.Install(paths, advertise, founds: false);
        StoreFile.Save(paths.StoreFile, Consul is null ? Store : EmbeddedConsul.Address(paths));
    }

    /// <summary>Without secrets.</summary>
    public override string ToString() => $"{nameof(StoreInvitation)} to {Store}";

    internal sealed record Wire(string Store, EmbeddedConsul? Consul);
}
