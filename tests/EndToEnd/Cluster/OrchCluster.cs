namespace Orch.Tests.EndToEnd.Cluster;

/// <summary>A lab whose machines form a cluster: the first is the manager, all run tasks, but for the last few, which are outside.</summary>
public abstract class OrchCluster(int machines, LabOptions options) : LabFixture(options)
{
    protected OrchCluster(int machines, int outsiders, params string[] engineArgs)
        : this(machines, new LabOptions { Machines = machines + outsiders, EngineArgs = engineArgs })
    {
    }

    protected OrchCluster(int machines, params string[] engineArgs) : this(machines, 0, engineArgs)
    {
    }

    private readonly List<OrchMachine> _machines = [];

    public OrchMachine Manager => _machines[0];

    public IReadOnlyList<OrchMachine> Machines => _machines;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        if (Missing is not null)
            return;
        _machines.AddRange(Lab.Machines.Take(machines).Select(machine => new OrchMachine(machine)));
        await Manager.InitAsync();
        foreach (var worker in _machines.Skip(1))
            await worker.JoinAsync(Manager);
        await ReadyAsync();
    }

    /// <summary>Waits until every machine takes tasks, which one that just booted does a moment after its agent runs.</summary>
    public Task ReadyAsync() =>
        Until.TrueAsync("every machine is ready", async () => (await Manager.Api.GetAsync("nodes")).EnumerateArray()
            .Count(node => node.GetProperty("Status").GetProperty("State").GetString() == "ready") == machines);

    public override async Task DisposeAsync()
    {
        _machines.ForEach(machine => machine.Dispose());
        await base.DisposeAsync();
    }

    /// <summary>Removes every service and waits until no container is left, so that tests do not see each other.</summary>
    public async Task EmptyAsync()
    {
        foreach (var name in await Manager.Api.ServiceNamesAsync())
            await Manager.Api.RemoveServiceAsync(name);
        foreach (var machine in _machines.Where(m => m.Machine.IsOn))
        {
            await Until.TrueAsync($"no tasks left on {machine.Machine.Name}",
                async () => (await machine.RunningTasksAsync()).Count == 0, TimeSpan.FromSeconds(60));
        }
    }
}

public sealed class OneMachineCluster() : OrchCluster(1, "--live-restore");

/// <summary>One machine with a cluster, and one that only looks at it from outside.</summary>
public sealed class NetworkCluster() : OrchCluster(machines: 1, outsiders: 1, "--live-restore")
{
    public LabMachine Outside => Lab.Machines[1];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        if (LabRequirements.Missing is null)
            await Manager.Machine.Engine.LoadImagesAsync(await TestImages.EchoAsync());
    }
}

/// <summary>Three machines with a cluster, and one that only looks at it from outside.</summary>
public sealed class OverlayCluster() : OrchCluster(machines: 3, outsiders: 1, "--live-restore")
{
    public LabMachine Outside => Lab.Machines[3];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        if (LabRequirements.Missing is not null)
            return;
        foreach (var machine in Machines)
            await machine.Machine.Engine.LoadImagesAsync(await TestImages.EchoAsync());
    }
}

/// <summary>Three machines, each with another engine and what its Debian release has around it, and one outside.</summary>
public sealed class EngineCluster() : OrchCluster(machines: 3, new LabOptions
{
    Machines = 4,
    EngineArgs = ["--live-restore"],
    Engines = [EngineRoot.Host, Trixie, Sid, EngineRoot.Host],
})
{
    public const string Trixie = "trixie";
    public const string Sid = "sid";

    public override string? Missing => base.Missing ?? EngineRoot.Missing(Trixie, Sid);

    public LabMachine Outside => Lab.Machines[3];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (var machine in Machines)
            await machine.Machine.Engine.LoadImagesAsync(await TestImages.EchoAsync());
    }
}

public sealed class ThreeMachineCluster() : OrchCluster(3);

public sealed class TwoMachineCluster() : OrchCluster(2, "--live-restore");
