using System.Buffers.Binary;
using Orch.Cli.Http;

namespace Orch.Cli.Logs;

/// <summary>One frame of a log stream: which output, and a line with what precedes it.</summary>
internal readonly record struct LogFrame(byte Stream, byte[] Payload)
{
    private const int HeaderBytes = 8;
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Frames as they arrive; null when what was received is used up and the next read may wait.</summary>
    public static IEnumerable<LogFrame?> Read(HttpBody body)
    {
        var buffer = new byte[64 * 1024];
        var filled = 0;
        while (true)
        {
            var count = body.Read(buffer.AsSpan(filled));
            if (count == 0)
                yield break;
            filled += count;
            var start = 0;
            while (filled - start >= HeaderBytes)
            {
                var length = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(start + 4));
                if (length > MaxBytes)
                    throw new IOException("the log stream is damaged: a line is longer than 4 MiB");
                var whole = HeaderBytes + (int)length;
                if (filled - start < whole)
                {
                    buffer = Room(buffer, whole);
                    break;
                }
                yield return new(buffer[start], buffer[(start + HeaderBytes)..(start + whole)]);
                start += whole;
            }
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            yield return null;
        }
    }

    private static byte[] Room(byte[] buffer, int whole)
    {
        if (buffer.Length < whole)
            Array.Resize(ref buffer, whole);
        return buffer;
    }
}
