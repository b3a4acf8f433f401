using Orch.Contracts.Agent;
using Orch.Contracts.Machine;

namespace Orch.Agent.Engine;

/// <summary>The engine's view of its machine as the manager hears it.</summary>
internal static class NodeFacts
{
    public static NodeDescription Describe(EngineInfo info, MachineConfig machine)
    {
        var description = new NodeDescription
        {
            Hostname = info.Hostname,
            Architecture = info.Architecture,
            Os = info.Os,
            NanoCpus = info.NanoCpus,
            MemoryBytes = info.MemoryBytes,
            EngineVersion = info.Version,
            Address = machine.AdvertiseAddr,
            DataPathAddress = machine.DataPathAddr,
        };
        foreach (var (key, value) in info.Labels)
            description.EngineLabels[key] = value;
        description.Plugins.AddRange(info.Plugins.Select(p => new EnginePlugin { Type = p.Type, Name = p.Name }));
        description.GenericCounts.AddRange(
            info.GenericCounts.Select(g => new GenericCount { Kind = g.Kind, Value = g.Count }));
        description.GenericNames.AddRange(
            info.GenericNames.Select(g => new GenericName { Kind = g.Kind, Value = g.Name }));
        return description;
    }

    /// <summary>What can be said of a machine whose engine does not answer yet.</summary>
    public static NodeDescription WithoutEngine(MachineConfig machine) => new()
    {
        Hostname = Environment.MachineName,
        Architecture = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture
            == System.Runtime.InteropServices.Architecture.Arm64 ? "aarch64" : "x86_64",
        Os = "linux",
        NanoCpus = Environment.ProcessorCount * 1_000_000_000L,
        Address = machine.AdvertiseAddr,
        DataPathAddress = machine.DataPathAddr,
    };

    /// <summary>Null when the engine may be used; two orchestrators on one engine would fight over it.</summary>
    public static string? Objection(EngineInfo info) => info.SwarmState is "" or "inactive"
        ? null
        : $"the engine is part of a Docker Swarm (state {info.SwarmState}); leave it first: docker swarm leave --force";
}
