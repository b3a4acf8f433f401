namespace Orch.Tests.EndToEnd;

/// <summary>A lab of three machines shared by the classes of its collection; each test leaves all of them running,
/// connected and without containers.</summary>
public sealed class ThreeMachines() : LabFixture(new LabOptions { Machines = 3 })
{
    public const string Collection = "three machines";

    /// <summary>Undoes what a test, perhaps one that failed half way, did to the machines.</summary>
    public async Task RestoreAsync()
    {
        await Lab.HealAsync();
        foreach (var machine in Lab.Machines)
        {
            if (!machine.IsOn) await machine.BootAsync();
            await machine.ThawAsync();
            if (!await machine.Engine.PingAsync()) await machine.StartEngineAsync();
            foreach (var left in await machine.Engine.ContainersAsync()) await machine.Engine.RemoveAsync(left.Id);
        }
    }
}

[CollectionDefinition(ThreeMachines.Collection)]
public sealed class ThreeMachinesCollection : ICollectionFixture<ThreeMachines>;
