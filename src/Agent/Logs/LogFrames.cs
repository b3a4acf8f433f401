using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Orch.Agent.Logs;

/// <summary>
/// Takes an engine's log stream apart: frames of [stream, 0, 0, 0, length] for containers without a terminal, lines for
/// those with one. Whatever the engine sends, a piece is never larger than <see cref="MaxPiece"/>.
/// </summary>
public static class LogFrames
{
    public const int MaxPiece = 256 * 1024;
    private const int HeaderBytes = 8;
    private const byte SystemError = 3;

    /// <summary>The engine's own complaint in the middle of a stream is an <see cref="IOException"/> with its words.</summary>
    public static IAsyncEnumerable<LogPiece> ReadAsync(Stream stream, bool tty, CancellationToken cancellation) =>
        tty ? LinesAsync(stream, cancellation) : FramesAsync(stream, cancellation);

    private static async IAsyncEnumerable<LogPiece> FramesAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var header = new byte[HeaderBytes];
        while (await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellation) == HeaderBytes)
        {
            var kind = header[0];
            var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
            if (kind > SystemError || header[1] != 0)
                throw new IOException("the engine's log stream is not framed as agreed");
            if (kind == SystemError)
                throw new IOException(await WordsAsync(stream, length, cancellation));
            long at = 0;
            for (uint done = 0; done < length;)
            {
                var piece = new byte[Math.Min(MaxPiece, length - done)];
                await stream.ReadExactlyAsync(piece, cancellation);
                var parsed = done == 0 ? LogPiece.Parse(Math.Max(1u, kind), piece) : new(Math.Max(1u, kind), at, "", piece);
                (at, done) = (parsed.At, done + (uint)piece.Length);
                yield return parsed;
            }
        }
    }

    private static async Task<string> WordsAsync(Stream stream, uint length, CancellationToken cancellation)
    {
        var words = new byte[Math.Min(length, 4096)];
        await stream.ReadExactlyAsync(words, cancellation);
        return System.Text.Encoding.UTF8.GetString(words).Trim();
    }

    private static async IAsyncEnumerable<LogPiece> LinesAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = PipeReader.Create(stream);
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var after = rest.GetPosition(1, end);
                yield return LogPiece.Parse(1, rest.Slice(0, after).ToArray());
                rest = rest.Slice(after);
            }
            if (!rest.IsEmpty && (read.IsCompleted || rest.Length >= MaxPiece))
            {
                yield return LogPiece.Parse(1, rest.ToArray());
                rest = rest.Slice(rest.End);
            }
            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                yield break;
        }
    }
}
