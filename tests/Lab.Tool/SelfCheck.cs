using System.Diagnostics;

namespace Orch.Testing.Tool;

/// <summary>Takes one machine through a short life, to see on a strange host whether labs work there.</summary>
internal static class SelfCheck
{
    public static async Task<int> RunAsync()
    {
        var clock = Stopwatch.StartNew();
        await using (var lab = await Lab.UpAsync(new LabOptions { Label = "check", Machines = 1 }))
        {
            Say(clock, "up");
            var machine = lab["n1"];
            var id = await machine.Engine.RunAsync("app:v1", restart: "always");
            Say(clock, "a container runs");
            await machine.FreezeAsync();
            await machine.ThawAsync();
            Say(clock, "frozen and thawed");
            await machine.PowerOffAsync();
            await machine.BootAsync();
            Say(clock, "power lost and booted");
            await Until.TrueAsync("the container is back", async () => (await machine.Engine.InspectAsync(id)).Running);
            Say(clock, "the container is back");
            await machine.CutAsync();
            await machine.HealAsync();
            Say(clock, "cut and healed");
        }
        Say(clock, "down, nothing left");
        return 0;
    }

    private static void Say(Stopwatch clock, string what) =>
        Console.WriteLine($"{clock.Elapsed.TotalSeconds,6:f2} s  {what}");
}
