using Orch.Manager.Store;
using Orch.Manager.Store.Sqlite;

namespace Orch.Tests.Manager.Store;

public sealed class SqliteEventLogTests : EventLogContract, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    protected override async ValueTask<IEventLog> OpenAsync(int keepTail = 0)
    {
        var log = new SqliteEventLog(new SqliteLogOptions { Directory = _directory.Path, KeepTail = keepTail });
        await log.OpenAsync(default);
        return log;
    }
}
