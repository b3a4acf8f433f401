using System.Globalization;
using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Store.Sqlite;
using Xunit.Abstractions;

namespace Orch.Tests.Manager.Store;

/// <summary>
/// Whatever happens to the files, a log is whole, or (only when told to accept a loss) ends at a commit, or is refused.
/// ORCH_CORRUPTION_CASES sets how many cases are tried; 65536 has every truncation.
/// </summary>
public sealed class SqliteCorruptionTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Log => Path.Combine(_directory.Path, "log");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Damage_to_the_database_is_survived_or_refused_and_never_silently_wrong()
    {
        var count = int.Parse(
            Environment.GetEnvironmentVariable("ORCH_CORRUPTION_CASES") ?? "2000", CultureInfo.InvariantCulture);
        var image = await LogImage.TakeAsync(Log);
        var outcomes = new SortedDictionary<string, int>();
        var number = 0;
        foreach (var damage in Damage.Cases(image, count, seed: 20_240_817))
        {
            image.WriteTo(Log, damage.File, damage.Apply(image.Files[damage.File]));
            var outcome = await TryAsync(image, damage, acceptLoss: number % 2 == 1, goOn: number % 8 < 2);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            number++;
        }
        output.WriteLine(string.Join('\n', outcomes.Select(pair => $"{pair.Value,7} {pair.Key}")));
        Assert.Equal(count, number);
        Assert.Contains("accepted: shorter", outcomes.Keys);
        Assert.Contains("strict: whole", outcomes.Keys);
    }

    [Fact]
    public async Task Damage_to_the_witness_costs_nothing_or_is_refused()
    {
        var image = await LogImage.TakeAsync(Log);
        var witness = image.Files["log.head"];
        var (tried, refused) = (0, 0);
        foreach (var damage in WitnessDamage(witness.Length))
        {
            image.WriteTo(Log, "log.head", damage.Apply(witness));
            var outcome = await TryAsync(image, damage, acceptLoss: false, goOn: tried++ % 16 == 0);
            refused += outcome == "strict: whole" ? 0 : 1;
        }
        Assert.InRange(refused, 1, tried / 4);
    }

    [Fact]
    public async Task Every_flip_and_truncation_of_a_snapshot_is_found()
    {
        var image = await LogImage.TakeAsync(Log);
        var name = Assert.Single(image.Files.Keys, key => key.StartsWith("snapshot-", StringComparison.Ordinal));
        var whole = image.Files[name];
        var damages = Enumerable.Range(0, whole.Length).Select(at => new Damage(name, DamageKind.Truncate, at))
            .Concat(Enumerable.Range(0, whole.Length * 8).Select(at => new Damage(name, DamageKind.FlipBit, at)));
        var path = Path.Combine(Log, name);
        foreach (var damage in damages)
        {
            await File.WriteAllBytesAsync(path, damage.Apply(whole));
            await Assert.ThrowsAsync<LogCorruptException>(() => ReadSnapshotAsync(path));
        }
        await File.WriteAllBytesAsync(path, [.. whole, 0]);
        await Assert.ThrowsAsync<LogCorruptException>(() => ReadSnapshotAsync(path));
    }

    private static IEnumerable<Damage> WitnessDamage(int length) =>
        Enumerable.Range(0, 2).SelectMany(slot => Enumerable.Range(slot * 4096 * 8, 64 * 8))
            .Select(bit => new Damage("log.head", DamageKind.FlipBit, bit))
            .Concat(Enumerable.Range(0, length / 61).Select(at => new Damage("log.head", DamageKind.Truncate, at * 61)));

    private static async Task ReadSnapshotAsync(string path)
    {
        await foreach (var chunk in SnapshotReader.ChunksAsync(path, "", 6, SnapshotFile.RecordsAsync(path), NoCipher.Instance))
            Assert.True(chunk.Length > 0);
    }

    private async Task<string> TryAsync(LogImage image, Damage damage, bool acceptLoss, bool goOn)
    {
        var mode = acceptLoss ? "accepted" : "strict";
        try
        {
            var head = await ReadAsync(acceptLoss, goOn);
            if (head.Revision != image.Head)
            {
                Assert.True(acceptLoss, $"{damage}: a shorter log was opened without consent");
                Assert.Contains(image.Commits, commit => commit.Head == head.Revision);
                Assert.True(head.Revision >= LeastHead(image, damage), $"{damage}: {head.Revision} loses too much");
                Assert.Equal(2ul, head.Leader.Epoch.Incarnation);
                return $"{mode}: shorter";
            }
            return $"{mode}: whole";
        }
        catch (LogException refused)
        {
            Assert.Contains(Log, refused.Message, StringComparison.Ordinal);
            Assert.IsNotType<LogFullException>(refused);
            Assert.IsNotType<LogInUseException>(refused);
            return $"{mode}: refused, {refused.GetType().Name}";
        }
    }

    // Everything that was acknowledged before the damaged place of the write-ahead log must still be there.
    private static ulong LeastHead(LogImage image, Damage damage) => damage.File == "log.db-wal"
        ? image.Commits.Last(commit => commit.LogBytes <= damage.FirstByte).Head
        : image.Head;

    private async Task<LogHead> ReadAsync(bool acceptLoss, bool goOn)
    {
        LogHead head;
        await using (var log = new SqliteEventLog(Options(acceptLoss)))
        {
            head = await log.OpenAsync(default);
            await VerifyAsync(log, head.Revision);
            if (!goOn)
                return head;
            var won = (CampaignResult.Won)await log.CampaignAsync(
                head.Leader.Epoch, new LeaderInfo("bob", "10.0.0.2:2378"), EpochStep.Term, default);
            await LogImage.AppendAsync(log, won.Epoch, head.Revision, 30);
        }
        await using var again = new SqliteEventLog(Options(acceptLoss: false));
        Assert.Equal(head.Revision + 30, (await again.OpenAsync(default)).Revision);
        await VerifyAsync(again, head.Revision + 30);
        return head;
    }

    private SqliteLogOptions Options(bool acceptLoss) =>
        new() { Directory = Log, KeepTail = 0, AcceptLostTail = acceptLoss };

    private static async Task VerifyAsync(SqliteEventLog log, ulong head)
    {
        var next = LogImage.Base;
        await foreach (var record in log.ReadAsync(LogImage.Base, default))
        {
            Assert.Equal(++next, record.Revision);
            Assert.Equal((ushort)next, record.Kind);
            Assert.True(record.Payload.Span.SequenceEqual(LogImage.PayloadOf(next)), $"wrong content at {next}");
        }
        Assert.Equal(head, next);
    }
}
