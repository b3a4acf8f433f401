namespace Orch.Manager.Store;

/// <summary>
/// Hands on rows that are verified: the next revision, the checksum over revision and content, and the chain from the
/// row before. Reading begins with the chain of the record before the first. Path and advice are for its errors.
/// </summary>
internal sealed class RecordReader(string path, string advice, IRecordCipher cipher, ulong after, ulong chain)
{
    private ulong _chain = chain;

    /// <summary>The last revision handed on.</summary>
    public ulong Revision { get; private set; } = after;

    public LogRecord Next(StoredRecord row)
    {
        var expected = Revision + 1;
        if (row.Revision != expected)
            throw Corrupt(expected, $"the record is missing; the next one is {row.Revision}");
        try
        {
            var record = RecordFormat.Decode(expected, row.Data, cipher);
            _chain = Chain.Next(_chain, RecordFormat.Checksum(row.Data));
            if (_chain != row.ChainValue)
                throw Corrupt(expected, "the record does not follow from the one before it");
            Revision = expected;
            return record;
        }
        catch (InvalidDataException error)
        {
            throw Corrupt(expected, error.Message);
        }
    }

    /// <summary>To be called when rows end before the revision that the log is known to have.</summary>
    public LogCorruptException Missing() => Corrupt(Revision + 1, "the record is missing");

    private LogCorruptException Corrupt(ulong revision, string problem) =>
        new(path, revision, problem, advice);
}
