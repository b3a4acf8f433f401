using System.Globalization;
using System.Text;
using Orch.Cli.Parsing;

namespace Orch.Cli.Http;

/// <summary>
/// As much HTTP/1.1 as one client needs, on a blocking stream: the framework's own client would cost more time to load
/// than a whole command takes. One request at a time; the body must be read before the next.
/// </summary>
internal sealed class HttpConnection(Stream stream, string? token = null) : IDisposable
{
    private const int MaxHeaderBytes = 64 * 1024;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Whether another request may follow on this connection.</summary>
    public bool IsReusable { get; private set; } = true;

    public HttpAnswer Send(string method, string path, string host, ReadOnlySpan<byte> body, string? registryAuth = null)
    {
        // A line end would make two requests of one, a blank another line: whatever the path was made from, it must not.
        if (path.AsSpan().ContainsAnyInRange('\0', ' ') || path.Contains('\x7f', StringComparison.Ordinal))
            throw new CommandException("a name holds a blank or a control character, which no request can carry");
        var head = new StringBuilder(256)
            .Append(method).Append(' ').Append(path).Append(" HTTP/1.1\r\nHost: ").Append(host)
            .Append("\r\nUser-Agent: orch\r\n");
        if (registryAuth is not null)
            head.Append("X-Registry-Auth: ").Append(registryAuth).Append("\r\n");
        if (token is not null)
            head.Append("Authorization: Bearer ").Append(token).Append("\r\n");
        if (body.Length > 0 || method == "POST")
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        var text = Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
        byte[] message = [.. text, .. body];
        stream.Write(message);
        stream.Flush();
        return ReadAnswer();
    }

    private HttpAnswer ReadAnswer()
    {
        var status = ReadLine();
        if (!status.StartsWith("HTTP/1.", StringComparison.Ordinal) || status.Length < 12
            || !int.TryParse(status.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            throw new IOException($"not an HTTP answer: \"{status[..Math.Min(status.Length, 80)]}\"");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var total = status.Length;
        for (var line = ReadLine(); line.Length > 0; line = ReadLine())
        {
            total += line.Length;
            if (total > MaxHeaderBytes)
                throw new IOException("the answer's header is too long");
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
                headers[line[..colon]] = line[(colon + 1)..].Trim();
        }
        return new HttpAnswer(code, headers, Body(code, headers));
    }

    private HttpBody Body(int code, Dictionary<string, string> headers)
    {
        if (headers.TryGetValue("Connection", out var connection)
            && connection.Equals("close", StringComparison.OrdinalIgnoreCase))
            IsReusable = false;
        if (code is 204 or 304)
            return new HttpBody(this, BodyKind.Sized, 0);
        if (headers.TryGetValue("Transfer-Encoding", out var encoding)
            && encoding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
            return new HttpBody(this, BodyKind.Chunked, 0);
        if (headers.TryGetValue("Content-Length", out var length)
            && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            return new HttpBody(this, BodyKind.Sized, size);
        IsReusable = false;
        return new HttpBody(this, BodyKind.UntilClose, 0);
    }

    /// <summary>Up to the line end, which is not part of the result; bounded like the whole header.</summary>
    internal string ReadLine()
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end && !Fill())
                throw new IOException("the connection was closed in the middle of an answer");
            var found = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            var taken = found < 0 ? _end - _start : found;
            line.Append(Encoding.Latin1.GetString(_buffer, _start, taken));
            _start += found < 0 ? taken : taken + 1;
            if (found >= 0)
                return line.ToString().TrimEnd('\r');
            if (line.Length > MaxHeaderBytes)
                throw new IOException("the answer's header is too long");
        }
    }

    /// <summary>Some bytes, at most as many as fit; 0 when the other side has closed.</summary>
    internal int Read(Span<byte> into)
    {
        if (_start == _end)
        {
            if (into.Length >= _buffer.Length)
                return stream.Read(into);
            if (!Fill())
                return 0;
        }
        var count = Math.Min(into.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(into);
        _start += count;
        return count;
    }

    internal void Spoil() => IsReusable = false;

    private bool Fill()
    {
        _start = 0;
        _end = stream.Read(_buffer);
        return _end > 0;
    }

    public void Dispose() => stream.Dispose();
}
