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
    private readonly PostgresLogOptions _options;
    private readonly TimeProvider _clock;
    private readonly bool _isLocal;
    private NpgsqlDataSource _source;
    private volatile bool _closed;

    public PostgresCalls(PostgresLogOptions options)
    {
        _options = options;
        _clock = options.Clock;
        var words = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        _isLocal = words.Host?.StartsWith('/') == true;
        var port = _isLocal || words.Host?.Contains(':') == true ? "" : $":{words.Port}";
        Place = $"PostgreSQL at {words.Host}{port}/{words.Database}";
        _source = Source("");
    }

    /// <summary>For people: which server and database.</summary>
    public string Place { get; }

    /// <summary>
    /// Connections from here on are those of a log: an acknowledgement means that it is on the server's disk, also where the
    /// server's default (given) is less; and what a machine that froze or vanished holds there is let go of soon.
    /// </summary>
    public async ValueTask SettleAsync(string synchronousCommit)
    {
        var seconds = (int)Math.Ceiling(_options.CallWithin.TotalSeconds);
        var before = _source;
        _source = Source($"-c synchronous_commit={(synchronousCommit == "off" ? "on" : synchronousCommit)} "
            + $"-c idle_in_transaction_session_timeout={seconds}s -c lock_timeout={seconds}s -c statement_timeout={4 * seconds}s "
            + $"-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=5 -c tcp_user_timeout={seconds}s");
        await before.DisposeAsync();
    }

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

    private NpgsqlDataSource Source(string settings)
    {
        var words = new NpgsqlConnectionStringBuilder(_options.ConnectionString)
        {
            ApplicationName = "orch-manager",
            Pooling = true,
            MaxPoolSize = 20,
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 2,
            Timeout = (int)Math.Ceiling(_options.CallWithin.TotalSeconds),
            CommandTimeout = (int)Math.Ceiling(_options.CallWithin.TotalSeconds) * 2,
            CancellationTimeout = -1,
        };
        if (!_isLocal)
            (words.TcpKeepAlive, words.TcpKeepAliveTime, words.TcpKeepAliveInterval) = (true, 2, 1);
        words.Options = $"{words.Options} {settings}".Trim();
        var builder = new NpgsqlSlimDataSourceBuilder(words.ConnectionString);
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        return builder.Build();
    }

    private async Task<T> OnConnectionAsync<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        await using var connection = await _source.OpenConnectionAsync();
        return await work(connection);
    }
}
