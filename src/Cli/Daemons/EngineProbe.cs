using System.Text.Json;
using Orch.Cli.Doctor;
using Orch.Cli.Http;
using Orch.Cli.Parsing;

namespace Orch.Cli.Daemons;

/// <summary>The few questions that init, join and leave ask the container engine directly.</summary>
internal sealed class EngineProbe : IDisposable
{
    private readonly HttpConnection _connection;
    private readonly string _address;

    private EngineProbe(HttpConnection connection, string address) => (_connection, _address) = (connection, address);

    public static EngineProbe Open(string engine)
    {
        if (!engine.StartsWith("unix://", StringComparison.Ordinal))
            throw new CommandException($"--engine {engine}: expected unix:///PATH of the engine's socket");
        var path = engine[7..];
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix,
            System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        try
        {
            socket.Connect(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
            return new(new HttpConnection(new System.Net.Sockets.NetworkStream(socket, ownsSocket: true)), engine);
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or ArgumentException)
        {
            socket.Dispose();
            throw new CommandException($"the container engine at {engine} does not answer: {e.Message}.\n" +
                "  Start it (systemctl start docker), or say where it is with --engine unix:///PATH.");
        }
    }

    /// <summary>Throws when Docker's own Swarm mode is on: two orchestrators would fight over networks and containers.</summary>
    public void RequireNoSwarm()
    {
        if (Get("/info").TryGetProperty("Swarm", out var swarm) && swarm.TryGetProperty("LocalNodeState", out var state)
            && state.GetString() is { Length: > 0 } word and not "inactive")
            throw new CommandException($"Docker Swarm is {word} on the engine at {_address}: one engine serves one orchestrator.\n" +
                "  Take the engine out of it first: docker swarm leave");
    }

    /// <summary>What it says of itself.</summary>
    public EngineFacts Facts()
    {
        var (version, info) = (Get("/version"), Get("/info"));
        return new(_address)
        {
            Version = Text(version, "Version"),
            ApiVersion = Text(version, "ApiVersion"),
            Swarm = info.TryGetProperty("Swarm", out var swarm) ? Text(swarm, "LocalNodeState") : "",
            LiveRestore = info.TryGetProperty("LiveRestoreEnabled", out var live) && live.ValueKind == JsonValueKind.True,
            Root = Text(info, "DockerRootDir"),
        };
    }

    private static string Text(JsonElement item, string member) =>
        item.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>Stops and removes the containers of the cluster's tasks; returns how many there were.</summary>
    public int RemoveTasks(string cluster)
    {
        var filters = Uri.EscapeDataString($$"""{"label":["orch.cluster={{cluster}}"]}""");
        var ids = Get($"/containers/json?all=1&filters={filters}").EnumerateArray()
            .Select(container => container.GetProperty("Id").GetString()!).ToList();
        foreach (var id in ids)
            Send("POST", $"/containers/{id}/stop");
        foreach (var id in ids)
            Send("DELETE", $"/containers/{id}?force=1&v=1");
        return ids.Count;
    }

    private JsonElement Get(string path)
    {
        var (status, body) = Send("GET", path);
        return status == 200 ? JsonDocument.Parse(body).RootElement
            : throw new CommandException($"the container engine at {_address} answers {status} to {path}");
    }

    private (int Status, byte[] Body) Send(string method, string path)
    {
        try
        {
            var answer = _connection.Send(method, path, "engine", []);
            return (answer.Status, answer.Body.ReadAll());
        }
        catch (IOException e)
        {
            throw new CommandException($"lost the connection to the container engine at {_address}: {e.Message}");
        }
    }

    public void Dispose() => _connection.Dispose();
}
