using System.Text.Json;

namespace Orch.Testing;

/// <summary>A container as the engine lists it. <see cref="State"/> is Docker's word: running, exited, ...</summary>
public sealed record EngineContainer(
    string Id, string Name, string Image, string State, IReadOnlyDictionary<string, string> Labels);

/// <summary>A container as the engine describes it in full. <see cref="Pid"/> counts inside the machine and is 0 when
/// it does not run; <see cref="Json"/> is everything the engine said.</summary>
public sealed record EngineContainerDetails(
    string Id, string Name, bool Running, int Pid, int ExitCode, DateTimeOffset StartedAt, string? Health,
    string Address, JsonElement Json);

internal static class EngineJson
{
    public static EngineContainer ToListed(JsonElement json) => new(
        json.GetProperty("Id").GetString()!,
        json.GetProperty("Names")[0].GetString()!.TrimStart('/'),
        json.GetProperty("Image").GetString()!,
        json.GetProperty("State").GetString()!,
        json.GetProperty("Labels").Deserialize<Dictionary<string, string>>() ?? []);

    public static EngineContainerDetails ToDetails(JsonElement json)
    {
        var state = json.GetProperty("State");
        return new EngineContainerDetails(
            json.GetProperty("Id").GetString()!,
            json.GetProperty("Name").GetString()!.TrimStart('/'),
            state.GetProperty("Running").GetBoolean(),
            state.GetProperty("Pid").GetInt32(),
            state.GetProperty("ExitCode").GetInt32(),
            state.GetProperty("StartedAt").GetDateTimeOffset(),
            state.TryGetProperty("Health", out var health) ? health.GetProperty("Status").GetString() : null,
            json.GetProperty("NetworkSettings").GetProperty("IPAddress").GetString() ?? "",
            json);
    }
}
