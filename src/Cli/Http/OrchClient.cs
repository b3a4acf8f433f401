using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Http;

/// <summary>
/// The manager's API as commands use it: one kept connection, JSON in and out, refusals as
/// <see cref="CommandException"/> in the words the manager gave.
/// </summary>
internal sealed class OrchClient(ManagerAddress address) : IDisposable
{
    private HttpConnection? _connection;

    public ManagerAddress Address { get; } = address;

    /// <summary>The body of a successful answer; a refusal throws.</summary>
    public byte[] Get(string path) => Expect(Send("GET", path, []));

    public T Get<T>(string path, JsonTypeInfo<T> type) where T : class => Decode(Get(path), type, path);

    /// <summary>Each element of a list as the caller reads it, where that is to be done sooner than by its type.</summary>
    public List<T> List<T>(string path, Func<JsonElement, T> read)
    {
        try
        {
            using var answer = JsonDocument.Parse(Get(path));
            var found = new List<T>();
            foreach (var element in answer.RootElement.EnumerateArray())
                found.Add(read(element));
            return found;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Senseless(path, e);
        }
    }

    /// <summary>Null when the manager knows no such object.</summary>
    public T? Find<T>(string path, JsonTypeInfo<T> type) where T : class
    {
        var (status, body) = Send("GET", path, []);
        return status == 404 ? null : Decode(Expect((status, body)), type, path);
    }

    public byte[] Post(string path, ReadOnlySpan<byte> body, string? registryAuth = null) =>
        Expect(Send("POST", path, body, registryAuth));

    public void Delete(string path) => Expect(Send("DELETE", path, []));

    /// <summary>As <see cref="Delete"/>, but what is not there is removed already: then false.</summary>
    public bool Remove(string path)
    {
        var answer = Send("DELETE", path, []);
        if (answer.Status == 404)
            return false;
        Expect(answer);
        return true;
    }

    /// <summary>Status and body, whatever they are.</summary>
    public (int Status, byte[] Body) Send(string method, string path, ReadOnlySpan<byte> body, string? registryAuth = null)
    {
        // A kept connection may have been closed by the manager meanwhile; only a read can safely be asked again.
        for (var attempt = 0; ; attempt++)
        {
            var kept = _connection is not null;
            _connection ??= new HttpConnection(Dial.Open(Address), Address.Token);
            try
            {
                var answer = _connection.Send(method, path, HostHeader, body, registryAuth);
                var bytes = method == "HEAD" ? [] : answer.Body.ReadAll();
                if (!_connection.IsReusable)
                    Drop();
                return (answer.Status, bytes);
            }
            catch (IOException e)
            {
                Drop();
                if (!kept || attempt > 0 || method != "GET")
                    throw new CommandException($"lost the connection to the manager at {Address}: {e.Message}\n" +
                        (method == "GET" ? "  Try again." : "  The request may or may not have been carried out: look before you repeat it."));
            }
        }
    }

    /// <summary>A stream of lines on a connection of its own, which the caller ends by disposing it.</summary>
    public (HttpConnection Connection, HttpBody Lines) Open(string path)
    {
        var connection = new HttpConnection(Dial.Open(Address), Address.Token);
        try
        {
            var answer = connection.Send("GET", path, HostHeader, []);
            if (!answer.IsSuccess)
                Expect((answer.Status, answer.Body.ReadAll()));
            return (connection, answer.Body);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private string HostHeader => Address.Socket is null ? $"{Address.Host}:{Address.Port}" : "orch";

    private static byte[] Expect((int Status, byte[] Body) answer) => answer.Status is >= 200 and < 300
        ? answer.Body
        : throw new CommandException("Error response from manager: " + MessageOf(answer.Status, answer.Body));

    private static string MessageOf(int status, byte[] body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, ApiJson.Default.ErrorView)?.Message is { Length: > 0 } message)
                return message;
        }
        catch (JsonException)
        {
            // Something other than a manager answered; its status is all there is to say.
        }
        return $"status {status} without a reason";
    }

    private T Decode<T>(byte[] body, JsonTypeInfo<T> type, string path) where T : class
    {
        try
        {
            return ApiJson.Read(body, type);
        }
        catch (JsonException e)
        {
            throw Senseless(path, e);
        }
    }

    private CommandException Senseless(string path, Exception e) =>
        new($"the answer of {Address} to {path} makes no sense: {e.Message}");

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }

    public void Dispose() => Drop();
}
