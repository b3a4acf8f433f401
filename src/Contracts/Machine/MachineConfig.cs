using System.Text.Json;
using System.Text.Json.Serialization;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Contracts.Machine;

/// <summary>
/// What a machine is in its cluster, kept in <c>node.json</c>: written by init and join, kept up to date by the agent
/// (managers) and by a role change. Addresses are HOST:PORT; <see cref="AdvertiseAddr"/> is a bare address.
/// </summary>
public sealed record MachineConfig
{
    public const string DefaultEngine = "unix:///var/run/docker.sock";
    public const int DefaultPort = 2378;

    public NodeId NodeId { get; init; }
    public ClusterId ClusterId { get; init; }
    public NodeRole Role { get; init; } = NodeRole.Worker;

    /// <summary>Managers to dial, newest knowledge last written by the agent.</summary>
    public IReadOnlyList<string> Managers { get; init; } = [];

    /// <summary>The address other machines reach this one by.</summary>
    public string AdvertiseAddr { get; init; } = "";

    /// <summary>Where they send it packets of networks, if that is another one; else empty.</summary>
    public string DataPathAddr { get; init; } = "";

    /// <summary>Where other machines send it packets of networks.</summary>
    [JsonIgnore]
    public string DataAddress => DataPathAddr.Length > 0 ? DataPathAddr : AdvertiseAddr;

    /// <summary>Where a manager listens for the cluster; empty on workers.</summary>
    public string Listen { get; init; } = "";
    public string Engine { get; init; } = DefaultEngine;

    /// <summary>
    /// Null when there is no such file (the machine is in no cluster). Throws <see cref="InvalidDataException"/> for
    /// a file that is not a machine's identity.
    /// </summary>
    public static MachineConfig? Load(string path)
    {
        try
        {
            var config = JsonSerializer.Deserialize(File.ReadAllBytes(path), MachineJson.Default.MachineConfig);
            return config is { NodeId.IsNone: false, ClusterId.IsNone: false }
                ? config with { Managers = config.Managers ?? [] }
                : throw new InvalidDataException($"{path} names no node and cluster; run `orch join` again");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Replaces the file atomically and durably; the directory must exist.</summary>
    public void Save(string path) =>
        DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, MachineJson.Default.MachineConfig));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(MachineConfig))]
internal sealed partial class MachineJson : JsonSerializerContext;
