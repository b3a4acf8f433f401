using Orch.Contracts.Machine;
using Orch.Manager.Store.Consul;
using Orch.Manager.Store.Postgres;
using Orch.Manager.Store.Sqlite;

namespace Orch.Manager.Store;

/// <summary>The one place that knows which store an address means.</summary>
public static class EventLogs
{
    /// <summary>The log at an address, not opened yet.</summary>
    /// <exception cref="LogUnavailableException">An option of the address has a value that cannot be.</exception>
    public static IEventLog Open(StoreAddress address, EventLogOptions options) => address.Kind switch
    {
        StoreKind.Postgres => new PostgresEventLog(new PostgresLogOptions
        {
            ConnectionString = PostgresAddress.ConnectionString(address),
            Schema = address.Schema,
            Cipher = options.Cipher,
            Warn = options.Warn,
            Clock = options.Clock,
        }),
        StoreKind.Sqlite => new SqliteEventLog(new SqliteLogOptions
        {
            Directory = options.ManagerDir,
            Cipher = options.Cipher,
            AcceptLostTail = options.AcceptLostTail,
        }),
        StoreKind.Consul => new ConsulEventLog(new ConsulLogOptions
        {
            Addresses = address.Hosts,
            Prefix = address.Path,
            Token = address.Secret,
            Tls = Tls(address.Options),
            Cipher = options.Cipher,
            Clock = options.Clock,
        }),
        _ => throw new LogUnavailableException($"this orch-manager knows no store of kind {address.Kind}"),
    };

    /// <summary>Naming any of the files is asking for TLS.</summary>
    private static ConsulTls? Tls(IReadOnlyDictionary<string, string> words) =>
        words.GetValueOrDefault("tls", words.Keys.Any(key => key is "ca" or "cert" or "key") ? "true" : "false") == "true"
            ? new(words.GetValueOrDefault("ca"), words.GetValueOrDefault("cert"), words.GetValueOrDefault("key")) : null;

    /// <summary>For people: where the log is.</summary>
    public static string Location(StoreAddress address, string managerDir) =>
        address.Kind == StoreKind.Sqlite ? Path.Combine(managerDir, "log.db") : address.Location;
}
