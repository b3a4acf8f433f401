namespace Orch.Tests.Simulation;

internal enum Fault
{
    CreateService,
    UpdateService,
    ScaleService,
    RemoveService,
    SetAvailability,
    ContainerExits,
    AgentCrash,
    MachineReboot,
    EngineRestart,
    EngineHang,
    AgentPartition,
    MachineFreeze,
    ClockJump,
    ManagerCrash,
    ManagerCrashAtAppend,
    ManagerFreeze,
    LogPartition,
    AppendAnswerLost,
    SaveSnapshot,
}

/// <summary>One thing that happens to a world. The numbers mean what its kind makes of them.</summary>
internal sealed record Happening(long At, Fault Fault, int A, int B, int C);

/// <summary>What happens in a run, made from the seed before it starts, so that parts can be left out of it.</summary>
internal static class Script
{
    public const long Quiet = 25_000_000_000;

    public static List<Happening> From(ulong seed)
    {
        var rng = new Rng(seed * 31 + 7);
        var script = new List<Happening>
        {
            new(rng.Millis(2500, 3500), Fault.CreateService, 0, rng.Below(1000), rng.Below(1000)),
        };
        var count = 4 + rng.Below(14);
        for (var i = 0; i < count; i++)
            script.Add(new(rng.Millis(3000, 24_000), Kind(rng), rng.Below(1000), rng.Below(1000), rng.Below(1000)));
        script.Sort((a, b) => a.At.CompareTo(b.At));
        return script;
    }

    /// <summary>The same, and agents crash while tasks end: what a defect of the journal needs to show.</summary>
    public static List<Happening> Aimed(ulong seed)
    {
        var script = From(seed);
        foreach (var change in script.Where(it => it.Fault is Fault.RemoveService or Fault.ScaleService or Fault.UpdateService).ToList())
            script.AddRange(Enumerable.Range(0, 3).Select(n => new Happening(
                change.At + 10_000_000 * (1 + (change.B * 7 + n) % 40), Fault.AgentCrash, n, change.C, 0)));
        script.Sort((a, b) => a.At.CompareTo(b.At));
        return script;
    }

    private static Fault Kind(Rng rng)
    {
        // Half of what happens is users' doing: faults matter most while something changes.
        if (rng.OneIn(2))
            return rng.Below(8) switch
            {
                < 3 => Fault.CreateService,
                < 5 => Fault.UpdateService,
                5 => Fault.ScaleService,
                6 => Fault.RemoveService,
                _ => Fault.SetAvailability,
            };
        return (Fault)((int)Fault.ContainerExits + rng.Below((int)Fault.SaveSnapshot - (int)Fault.ContainerExits + 1));
    }
}
