using Orch.Core.Commands;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Simulation;

/// <summary>The networks of a simulated cluster: one so small that it runs dry, and one that has room.</summary>
internal static class Networks
{
    public const int Count = 2;

    public static string Name(int number) => $"net-{number % Count}";

    public static CreateNetwork Create(int number) => new(new()
    {
        Name = Name(number),
        Driver = "overlay",
        IPAM = new() { Config = [new() { Subnet = number % Count == 0 ? "10.5.0.0/28" : "10.6.0.0/24" }] },
    });

    /// <summary>
    /// On none of them, on one or on both. A task that starts before its predecessor stops could wait for the address that this
    /// one has: such services stay where there is room.
    /// </summary>
    public static ServiceSpec Attached(ServiceSpec spec, int which)
    {
        string[] names = (which % 4) switch { 1 => [Name(0)], 2 => [Name(1)], 3 => [Name(1), Name(0)], _ => [] };
        if (spec.UpdateConfig?.Order == "start-first")
            names = [.. names.Where(name => name != Name(0))];
        var networks = names.Length == 0 ? null : names.Select(name => new NetworkAttachment { Target = name }).ToList();
        return spec with { TaskTemplate = spec.TaskTemplate! with { Networks = networks } };
    }

    public static bool MayRunDry(ServiceSpec spec) => spec.TaskTemplate!.Networks?.Exists(network => network.Target == Name(0)) == true;
}
