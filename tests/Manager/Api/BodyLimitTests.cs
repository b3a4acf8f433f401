using System.Text;

namespace Orch.Tests.Manager.Api;

public sealed class BodyLimitTests(ApiHost api) : IClassFixture<ApiHost>
{
    private const int Mebibyte = 1024 * 1024;

    [Fact]
    public async Task A_body_of_100_MB_is_refused_before_any_of_it_is_read()
    {
        await using var connection = await api.DialAsync();
        await connection.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /services/create HTTP/1.1\r\nHost: x\r\nContent-Length: {100 * Mebibyte}\r\n\r\n"));
        var answer = await ReadHeadAsync(connection);
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_chunked_body_is_cut_at_the_limit()
    {
        await using var connection = await api.DialAsync();
        await connection.WriteAsync("POST /services/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
        var sent = 0;
        var chunk = new byte[64 * 1024];
        chunk.AsSpan().Fill((byte)' ');
        var answering = ReadHeadAsync(connection);
        try
        {
            while (sent < 100 * Mebibyte && !answering.IsCompleted)
            {
                await connection.WriteAsync("10000\r\n"u8.ToArray());
                await connection.WriteAsync(chunk);
                await connection.WriteAsync("\r\n"u8.ToArray());
                sent += chunk.Length;
            }
        }
        catch (IOException)
        {
            // The server closed the connection on us, as it should.
        }
        Assert.StartsWith("HTTP/1.1 413 ", await answering, StringComparison.Ordinal);
        Assert.InRange(sent, 4 * Mebibyte - chunk.Length, 64 * Mebibyte);
    }

    [Fact]
    public async Task A_body_just_below_the_limit_is_read()
    {
        var padding = new string(' ', 4 * Mebibyte - 1000);
        var (status, _) = await api.SendAsync(HttpMethod.Post, "/services/create", ApiHost.Spec("large") + padding);
        Assert.Equal(201, (int)status);
    }

    [Fact]
    public async Task A_spec_that_the_log_could_not_hold_is_refused_and_the_manager_goes_on()
    {
        var label = "{\"a\":\"" + new string('<', 2 * Mebibyte) + "\"}";
        var (status, answer) = await api.SendAsync(
            HttpMethod.Post, "/services/create", ApiHost.Spec("escaped", ",\"Labels\":" + label));
        Assert.Equal(413, (int)status);
        Assert.Contains("the spec is", (string?)answer!["message"], StringComparison.Ordinal);
        await api.CreateAsync("after");
    }

    private static async Task<string> ReadHeadAsync(Stream connection)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await connection.ReadAsync(buffer);
            if (read == 0)
                break;
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        return text.ToString();
    }
}
