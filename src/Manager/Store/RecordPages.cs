using System.Runtime.CompilerServices;

namespace Orch.Manager.Store;

/// <summary>Reads stored rows page by page and hands on the records in them, verified; the same for every provider that has pages.</summary>
internal static class RecordPages
{
    /// <summary>Up to a revision that the log is known to have. Next: the rows after what the reader has handed on, or none.</summary>
    public static async IAsyncEnumerable<LogRecord> ReadAsync(
        RecordReader reader, ulong head, Func<ValueTask<List<StoredRecord>>> next,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (reader.Revision < head)
        {
            var page = await next();
            if (page.Count == 0)
                throw reader.Missing();
            foreach (var row in page)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return reader.Next(row);
            }
        }
    }
}
