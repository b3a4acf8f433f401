using Npgsql;
using Orch.Contracts.Machine;

namespace Orch.Manager.Store.Postgres;

/// <summary>An address in the driver's words.</summary>
internal static class PostgresAddress
{
    /// <exception cref="LogUnavailableException">An option has a value that the driver does not know.</exception>
    public static string ConnectionString(StoreAddress address)
    {
        var words = new NpgsqlConnectionStringBuilder
        {
            Host = string.Join(',', address.Hosts),
            Database = address.Path,
            Username = address.User,
        };
        if (address.Secret.Length > 0)
            words.Password = address.Secret;
        if (address.Hosts.Count > 1)   // of a group of servers the one that takes writes
            words.TargetSessionAttributes = "primary";
        foreach (var (name, value) in address.Options)
        {
            switch (name)
            {
                case "sslmode": words.SslMode = Mode(value); break;
                case "sslrootcert": words.RootCertificate = value; break;
                case "sslcert": words.SslCertificate = value; break;
                case "sslkey": words.SslKey = value; break;
            }
        }
        return words.ConnectionString;
    }

    private static SslMode Mode(string value) => value switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw new LogUnavailableException(
            $"--store …?sslmode={value}: expected disable, allow, prefer, require, verify-ca or verify-full"),
    };
}
