using System.Globalization;

namespace Orch.Cli.Http;

internal enum BodyKind
{
    Sized,
    Chunked,
    UntilClose,
}

/// <summary>An answer: status, headers (any case), and a body still to be read.</summary>
internal sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, string> Headers, HttpBody Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>The bytes of an answer in whichever of HTTP's three framings they come.</summary>
internal sealed class HttpBody(HttpConnection connection, BodyKind kind, long size)
{
    /// <summary>No list of a cluster of the size orch is built for comes near this; a runaway answer must not fill memory.</summary>
    private const int MaxBytes = 1 << 30;
    private long _left = size;
    private bool _done = kind == BodyKind.Sized && size == 0;
    private bool _first = true;

    /// <summary>Some bytes, 0 at the end. Throws <see cref="IOException"/> when the answer is cut short.</summary>
    public int Read(Span<byte> into)
    {
        if (_done || into.IsEmpty)
            return 0;
        if (kind == BodyKind.Chunked && _left == 0 && !NextChunk())
            return 0;
        var wanted = kind == BodyKind.UntilClose ? into : into[..(int)Math.Min(into.Length, _left)];
        var count = connection.Read(wanted);
        if (count == 0)
        {
            _done = true;
            connection.Spoil();
            return kind == BodyKind.UntilClose ? 0 : throw new IOException("the answer was cut short");
        }
        _left -= count;
        _done = kind == BodyKind.Sized && _left == 0;
        return count;
    }

    private bool NextChunk()
    {
        if (!_first)
            connection.ReadLine();
        _first = false;
        var line = connection.ReadLine();
        var end = line.IndexOf(';', StringComparison.Ordinal);
        if (!long.TryParse(end < 0 ? line : line[..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out _left)
            || _left < 0)
            throw new IOException($"not a chunk length: \"{line[..Math.Min(line.Length, 40)]}\"");
        if (_left > 0)
            return true;
        while (connection.ReadLine().Length > 0)
        {
            // Trailers are of no use here, but they are part of the answer.
        }
        _done = true;
        return false;
    }

    public byte[] ReadAll()
    {
        using var all = new MemoryStream(kind == BodyKind.Sized ? (int)Math.Min(_left, MaxBytes) : 4096);
        var buffer = new byte[32 * 1024];
        for (var count = Read(buffer); count > 0; count = Read(buffer))
        {
            if (all.Length + count > MaxBytes)
                throw new IOException("the answer is larger than 1 GiB");
            all.Write(buffer, 0, count);
        }
        return all.ToArray();
    }

    /// <summary>The lines of a stream as they arrive, without their ends; a line is bounded like a whole answer.</summary>
    public IEnumerable<byte[]> ReadLines()
    {
        var buffer = new byte[16 * 1024];
        using var line = new MemoryStream();
        for (var count = Read(buffer); count > 0; count = Read(buffer))
        {
            var start = 0;
            for (var i = 0; i < count; i++)
            {
                if (buffer[i] != (byte)'\n')
                    continue;
                line.Write(buffer, start, i - start);
                start = i + 1;
                if (line.Length > 0)
                    yield return line.ToArray();
                line.SetLength(0);
            }
            line.Write(buffer, start, count - start);
            if (line.Length > MaxBytes)
                throw new IOException("a line of the stream is larger than 1 GiB");
        }
    }
}
