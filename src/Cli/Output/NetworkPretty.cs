using System.Globalization;
using System.Text.Json;
using Orch.Contracts.Api;

namespace Orch.Cli.Output;

/// <summary>A network for people: what it is, how many addresses are left, and how it stands on each machine.</summary>
internal static class NetworkPretty
{
    public static void Write(TextWriter to, byte[] body)
    {
        var network = ApiJson.Read(body, ApiJson.Default.NetworkView);
        to.WriteLine($"ID:\t\t{network.Id}\nName:\t\t{network.Name}\nDriver:\t\t{network.Driver} ({network.Scope})");
        var kinds = new[] { (network.Internal, "internal"), (network.Ingress, "ingress"), (network.Attachable, "attachable") };
        if (kinds.Any(kind => kind.Item1))
            to.WriteLine($"Kind:\t\t{string.Join(", ", kinds.Where(kind => kind.Item1).Select(kind => kind.Item2))}");
        if (Ours(body) is { } ours)
            Write(to, ours);
    }

    /// <summary>Null for what every machine has by itself, and from a manager that does not tell.</summary>
    private static NetworkDetailView? Ours(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("Orch", out var ours) ? ours.Deserialize(ApiJson.Default.NetworkDetailView) : null;
    }

    private static void Write(TextWriter to, NetworkDetailView ours)
    {
        var use = ours.Addresses;
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"VNI:\t\t{ours.VNI}\nMTU:\t\t{(ours.MTU == 0 ? "-" : ours.MTU)}\nAddresses:\t{use.Given} of {use.Capacity} given, {use.Free} free ({use.Tasks} tasks, {use.VirtualIPs} services, {use.Machines} machines)"));
        foreach (var subnet in ours.Subnets)
            to.WriteLine($"Subnet:\t\t{subnet.Subnet} (gateway {subnet.Gateway}{(subnet.IPRange is { } range ? $", range {range}" : "")})");
        if (ours.Machines.Count == 0)
            return;
        to.WriteLine("\nMachines:");
        var lines = new List<string> { " NODE\tADDRESS\tBRIDGE\tMTU\tTASKS\tSTATE" };
        lines.AddRange(ours.Machines.Select(machine => string.Create(CultureInfo.InvariantCulture,
            $" {machine.Hostname}\t{machine.Address}\t{machine.BridgeAddress}\t{(machine.MTU == 0 ? "-" : machine.MTU)}\t{machine.Tasks}\t{State(machine)}")));
        TextColumns.Write(to, lines);
    }

    private static string State(NetworkMachineView machine) =>
        machine.Problem is { Length: > 0 } problem ? $"{machine.State}: {problem}" : machine.State;
}
