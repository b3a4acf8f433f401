using System.Buffers.Binary;
using System.Text;
using Orch.Agent.Logs;

namespace Orch.Tests.Agent.Logs;

public sealed class LogFramesTests
{
    private static byte[] Frame(byte stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var frame = new byte[8 + bytes.Length];
        frame[0] = stream;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), bytes.Length);
        bytes.CopyTo(frame, 8);
        return frame;
    }

    /// <summary>Hands out its bytes a few at a time, as a socket may.</summary>
    private sealed class Dribble(byte[] bytes, int atMost) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, atMost)], cancellationToken);
    }

    private static async Task<List<(uint Stream, long At, string Attributes, string Text)>> ReadAsync(
        byte[] bytes, bool tty = false, int atMost = int.MaxValue)
    {
        var pieces = new List<(uint, long, string, string)>();
        await foreach (var piece in LogFrames.ReadAsync(new Dribble(bytes, atMost), tty, default))
            pieces.Add((piece.Stream, piece.At, piece.Attributes, Encoding.UTF8.GetString(piece.Text.Span)));
        return pieces;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public async Task Frames_become_lines_however_the_bytes_arrive(int atMost)
    {
        byte[] bytes =
        [
            .. Frame(1, "2026-11-21T02:13:41.036776542Z  one\n"),
            .. Frame(2, "2026-11-21T02:13:41.5Z a=b,c=d two words\n"),
        ];

        Assert.Equal(
            [(1u, 1_795_227_221_036_776_542, "", "one\n"), (2u, 1_795_227_221_500_000_000, "a=b,c=d", "two words\n")],
            await ReadAsync(bytes, atMost: atMost));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public async Task A_terminal_s_lines_keep_their_ends(int atMost)
    {
        var bytes = Encoding.UTF8.GetBytes("2026-11-21T02:13:41Z  one\r\n2026-11-21T02:13:42Z  no end");

        Assert.Equal(
            [(1u, 1_795_227_221_000_000_000, "", "one\r\n"), (1u, 1_795_227_222_000_000_000, "", "no end")],
            await ReadAsync(bytes, tty: true, atMost));
    }

    [Fact]
    public async Task A_line_without_a_time_is_all_text() =>
        Assert.Equal([(1u, 0L, "", "no time here\n")], await ReadAsync(Frame(1, "no time here\n")));

    [Fact]
    public async Task A_huge_frame_comes_in_pieces_of_the_same_time()
    {
        var pieces = await ReadAsync(Frame(1, "2026-11-21T02:13:41Z  " + new string('x', 600_000)));

        Assert.Equal(3, pieces.Count);
        Assert.All(pieces, piece => Assert.Equal(1_795_227_221_000_000_000, piece.At));
        Assert.Equal(600_000, pieces.Sum(piece => piece.Text.Length));
    }

    [Fact]
    public async Task The_engine_s_complaint_in_the_stream_is_an_error_in_its_words()
    {
        var error = await Assert.ThrowsAsync<IOException>(() => ReadAsync(Frame(3, "log file is damaged")));
        Assert.Equal("log file is damaged", error.Message);
    }

    [Fact]
    public async Task Bytes_that_are_no_frames_are_refused() =>
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(Encoding.UTF8.GetBytes("HTTP/1.1 200 OK")));
}
