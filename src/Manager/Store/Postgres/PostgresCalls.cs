using System.Net.Sockets;
using Npgsql;

namespace Orch.Manager.Store.Postgres;

/// <summary>
/// Connections, and calls with a deadline of their own: the driver notices a link that was cut only after seconds, and a leader
/// must know before. A call that is given up goes on behind the scenes until the driver lets go of it.
/// </summary>
internal sealed class PostgresCalls : IAsyncDisposable
{
    private const string DiskFull = "53100";
    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _clock;
    private volatile bool _closed;

    public PostgresCalls(PostgresLogOptions options)
    {
        var words = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            ApplicationName = "orch-manager",
            Pooling = true,
            MaxPoolSize = 20,
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 2,
            Timeout = (int)Math.Ceiling(options.CallWithin.TotalSeconds),
            CommandTimeout = (int)Math.Ceiling(options.CallWithin.TotalSeconds) * 2,
            CancellationTimeout = -1,
        };
        var isLocal = words.Host?.StartsWith('/') == true;
        if (!isLocal)
            (words.TcpKeepAlive, words.TcpKeepAliveTime, words.TcpKeepAliveInterval) = (true, 2, 1);
        var builder = new NpgsqlSlimDataSourceBuilder(words.ConnectionString);
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        builder.UsePhysicalConnectionInitializer(Initialize, InitializeAsync);
        _source = builder.Build();
        _clock = options.Clock;
        Place = isLocal ? $"PostgreSQL at {words.Host}/{words.Database}" : $"PostgreSQL at {words.Host}:{words.Port}/{words.Database}";
    }

    /// <summary>For people: which server and database.</summary>
    public string Place { get; }

    /// <summary>Begun, it runs to its end or to its deadline: a cancellation only keeps it from beginning.</summary>
    public async Task<T> RunAsync<T>(TimeSpan within, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(PostgresEventLog));
        cancellation.ThrowIfCancellationRequested();
        var call = OnConnectionAsync(work);
        try
        {
            return await call.WaitAsync(within, _clock, CancellationToken.None);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            _ = call.ContinueWith(late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new LogException($"{Place} did not answer within {within.TotalSeconds:0.#} s. Whether what was asked is done is not known.");
        }
        catch (Exception error) when (Explain(error) is { } known)
        {
            throw known;
        }
    }

    /// <summary>A connection of the caller's own, for as long as it wants it.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(PostgresEventLog));
        try
        {
            return await _source.OpenConnectionAsync(cancellation);
        }
        catch (Exception error) when (Explain(error) is { } known)
        {
            throw known;
        }
    }

    /// <summary>In our words, where it is the server or the way to it that failed; else null.</summary>
    public LogException? Explain(Exception error) => error switch
    {
        PostgresException { SqlState: DiskFull } full => new LogFullException(
            $"{Place} has no space left; nothing was written. Free some on the server: {full.MessageText}", full),
        PostgresException { SqlState: "25006" } readOnly => new LogUnavailableException(
            $"{Place} takes no writes (it is a standby, or read-only). Give the address of the primary.", readOnly),
        PostgresException { SqlState: "28P01" or "28000" or "3D000" or "42501" } refused => new LogUnavailableException(
            $"{Place} refuses: {refused.MessageText}. Check user, password, database and rights in --store.", refused),
        NpgsqlException or SocketException or TimeoutException or IOException => new LogException(
            $"{Place} cannot be asked: {(error as PostgresException)?.MessageText ?? error.Message}", error),
        _ => null,
    };

    public ValueTask DisposeAsync()
    {
        _closed = true;
        return _source.DisposeAsync();
    }

    /// <summary>An acknowledgement means that it is on the server's disk, whatever its default is.</summary>
    private const string Durable = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

    private static void Initialize(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Durable, connection);
        command.ExecuteNonQuery();
    }

    private static async Task InitializeAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Durable, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<T> OnConnectionAsync<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        await using var connection = await _source.OpenConnectionAsync();
        return await work(connection);
    }
}
