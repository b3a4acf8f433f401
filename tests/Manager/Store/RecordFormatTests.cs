using System.Text;
using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Store.Sqlite;

namespace Orch.Tests.Manager.Store;

/// <summary>The stored bytes: what was ever written stays readable, and damage never passes.</summary>
public sealed class RecordFormatTests
{
    private static readonly EventData Clear = new(0x1234, Encoding.UTF8.GetBytes("a service named web"));
    private static readonly EventData Secret = new(7, Encoding.UTF8.GetBytes("hunter2"), Sealed: true);

    public static TheoryData<string, ulong, int> Golden => new()
    {
        { "record-v1-clear", 42, 0 },
        { "record-v1-empty", 1, 1 },
        { "record-v1-largest-numbers", ulong.MaxValue, 2 },
        { "record-v1-sealed", 43, 3 },
    };

    private static EventData[] Samples =>
        [Clear, new(0, default), new(ushort.MaxValue, new byte[] { 0xff, 0, 0xfe }), Secret];

    [Theory]
    [MemberData(nameof(Golden))]
    public void A_golden_record_reads_as_ever_and_is_written_the_same(string name, ulong revision, int sample)
    {
        using var cipher = FixedCipher(1);
        var expected = Samples[sample];
        var golden = GoldenFile.Check(name, RecordFormat.Encode(revision, expected, cipher));
        var record = RecordFormat.Decode(revision, golden, cipher);
        Assert.Equal(expected.Kind, record.Kind);
        Assert.Equal(expected.Payload.ToArray(), record.Payload.ToArray());
    }

    [Fact]
    public void A_golden_head_record_reads_as_ever_and_is_written_the_same()
    {
        var meta = new LogMeta(9, 8, 7, 6, new Epoch(2, 5), new LeaderInfo("ada", "[fd00::1]:2378"));
        Assert.Equal(meta, LogMeta.Decode(GoldenFile.Check("meta-v1", meta.Encode())));
    }

    [Fact]
    public void Every_single_flipped_bit_and_every_truncation_of_a_record_is_found()
    {
        using var cipher = FixedCipher(1);
        foreach (var sample in Samples)
        {
            var record = RecordFormat.Encode(77, sample, cipher);
            for (var bit = 0; bit < record.Length * 8; bit++)
            {
                var damaged = record.ToArray();
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Throws<InvalidDataException>(() => RecordFormat.Decode(77, damaged, cipher));
            }
            for (var length = 0; length < record.Length; length++)
                Assert.Throws<InvalidDataException>(() => RecordFormat.Decode(77, record.AsMemory(0, length), cipher));
        }
    }

    [Fact]
    public void A_record_in_the_place_of_another_is_found()
    {
        var record = RecordFormat.Encode(5, Clear, NoCipher.Instance);
        Assert.Throws<InvalidDataException>(() => RecordFormat.Decode(6, record, NoCipher.Instance));
    }

    [Fact]
    public void A_newer_format_is_told_from_damage()
    {
        var record = RecordFormat.Encode(5, Clear, NoCipher.Instance);
        record[0] = 2;
        BitConverter.TryWriteBytes(record.AsSpan(record.Length - 4), Crc32C.Compute(5, record.AsSpan(..^4)));
        var refused = Assert.Throws<InvalidDataException>(() => RecordFormat.Decode(5, record, NoCipher.Instance));
        Assert.Contains("format 2.0", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sealed_payloads_are_not_in_clear_and_need_their_own_key()
    {
        using var first = FixedCipher(1);
        using var second = FixedCipher(2);
        var record = RecordFormat.Encode(5, Secret, first);
        Assert.Equal(-1, record.AsSpan().IndexOf(Secret.Payload.Span));
        Assert.Equal(1u, Assert.Throws<LogLockedException>(() => RecordFormat.Decode(5, record, second)).KeyId);
        Assert.Throws<LogLockedException>(() => RecordFormat.Decode(5, record, NoCipher.Instance));
    }

    [Fact]
    public void After_a_rotation_old_records_open_and_new_ones_use_the_new_key()
    {
        using var before = FixedCipher(1);
        var old = RecordFormat.Encode(5, Secret, before);
        using var after = new AesGcmCipher(new Dictionary<uint, byte[]> { [1] = Key(1), [2] = Key(2) }, 2);
        Assert.Equal(Secret.Payload.ToArray(), RecordFormat.Decode(5, old, after).Payload.ToArray());
        var renewed = RecordFormat.Encode(6, Secret, after);
        Assert.Throws<LogLockedException>(() => RecordFormat.Decode(6, renewed, before));
    }

    [Fact]
    public void A_sealed_record_relabelled_with_a_right_checksum_does_not_open()
    {
        using var cipher = FixedCipher(1);
        var record = RecordFormat.Encode(5, Secret, cipher);
        record[2] ^= 1;
        BitConverter.TryWriteBytes(record.AsSpan(record.Length - 4), Crc32C.Compute(5, record.AsSpan(..^4)));
        Assert.Throws<InvalidDataException>(() => RecordFormat.Decode(5, record, cipher));
    }

    [Fact]
    public void The_checksum_is_the_published_one()
    {
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
    }

    internal static AesGcmCipher FixedCipher(uint id) =>
        new(new Dictionary<uint, byte[]> { [id] = Key(id) }, id, nonce => nonce.Fill(0x11));

    private static byte[] Key(uint id) => [.. Enumerable.Range((int)id, 32).Select(i => (byte)i)];
}
