using System.Buffers;
using System.IO.Pipelines;
using Orch.Grpc;

namespace Orch.Tests.Grpc;

public sealed class CodecTests
{
    [Theory]
    [InlineData(0, "0m")]
    [InlineData(0.0000001, "1u")]
    [InlineData(0.5, "500000u")]
    [InlineData(99.999999, "99999999u")]
    [InlineData(100, "100000m")]
    [InlineData(86_400, "86400000m")]
    [InlineData(100_000, "100000S")]
    public void A_timeout_takes_the_finest_unit_that_fits(double seconds, string header) =>
        Assert.Equal(header, GrpcTimeout.Format(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("1H", 3600)]
    [InlineData("2M", 120)]
    [InlineData("3S", 3)]
    [InlineData("4m", 0.004)]
    [InlineData("5u", 0.000005)]
    [InlineData("99999999H", 40 * 86400)]
    public void A_timeout_is_read_in_every_unit(string header, double seconds)
    {
        Assert.True(GrpcTimeout.TryParse(header, out var timeout));
        Assert.Equal(TimeSpan.FromSeconds(seconds), timeout);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("-5S")]
    [InlineData("5s")]
    [InlineData("123456789S")]
    public void A_malformed_timeout_is_not_read(string? header) => Assert.False(GrpcTimeout.TryParse(header, out _));

    [Theory]
    [InlineData("a b~", "a b~")]
    [InlineData("50%", "50%25")]
    [InlineData("ü\n", "%C3%BC%0A")]
    public void Texts_are_percent_encoded_as_utf8(string text, string header)
    {
        Assert.Equal(header, GrpcMessageText.Encode(text));
        Assert.Equal(text, GrpcMessageText.Decode(header));
    }

    [Theory]
    [InlineData("%")]
    [InlineData("%4")]
    [InlineData("%zz ok")]
    public void A_malformed_escape_is_kept(string header) => Assert.Equal(header, GrpcMessageText.Decode(header));

    [Fact]
    public async Task Messages_are_found_whatever_way_the_bytes_are_cut()
    {
        var bytes = new ArrayBufferWriter<byte>();
        byte[][] messages = [[], [1, 2, 3], [4]];
        foreach (var message in messages) GrpcFrames.Write(bytes, GrpcMarshaller.Bytes, message);

        for (var cut = 0; cut <= bytes.WrittenCount; cut++)
        {
            var pipe = new Pipe();
            var reader = new FrameReader<byte[]>(pipe.Reader, GrpcMarshaller.Bytes, 3);
            var reading = ReadAllAsync(reader);
            await pipe.Writer.WriteAsync(bytes.WrittenMemory[..cut]);
            await pipe.Writer.WriteAsync(bytes.WrittenMemory[cut..]);
            await pipe.Writer.CompleteAsync();
            Assert.Equal(messages, await reading);
        }
    }

    [Fact]
    public async Task A_second_writer_at_the_same_time_is_told_so()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 8, resumeWriterThreshold: 4));
        var writer = new FrameWriter<byte[]>(pipe.Writer, GrpcMarshaller.Bytes);
        var blocked = writer.WriteAsync(new byte[100], flush: true, CancellationToken.None);
        Assert.False(blocked.IsCompleted);
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await writer.WriteAsync([1], flush: true, CancellationToken.None));
        await pipe.Reader.CompleteAsync();
        Assert.False(await blocked);
    }

    private static async Task<List<byte[]>> ReadAllAsync(FrameReader<byte[]> reader)
    {
        var found = new List<byte[]>();
        while (await reader.MoveNextAsync(CancellationToken.None)) found.Add(reader.Current);
        return found;
    }
}
