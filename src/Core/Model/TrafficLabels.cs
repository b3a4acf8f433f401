using System.Globalization;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;

namespace Orch.Core.Model;

/// <summary>
/// What labels of a service say of its traffic, for which Docker's spec has no word: <c>orch.affinity=client</c> keeps a
/// client's connections with one task, <c>orch.port.8080.address=10.0.0.7</c> publishes that port at this address of the
/// nodes alone.
/// </summary>
public static class TrafficLabels
{
    public const string Affinity = "orch.affinity";
    private const string Port = "orch.port.";
    private const string Address = ".address";

    /// <summary>Connections from one client address go to one task while it serves.</summary>
    public static bool HasClientAffinity(ServiceSpec spec) => spec.Labels?.GetValueOrDefault(Affinity) == "client";

    /// <summary>The address of the nodes that an ingress port is published at; null: at all of them.</summary>
    public static IpAddr? AddressOf(ServiceSpec spec, uint publishedPort) =>
        spec.Labels is { Count: > 0 } labels
        && labels.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"{Port}{publishedPort}{Address}"), out var text)
        && IpAddr.TryParse(text, out var address) ? address : null;

    /// <summary>What is wrong with these labels, or null. Ports are those of the service with every number chosen.</summary>
    public static string? Problem(ServiceSpec spec, IReadOnlyList<PortConfig> ports)
    {
        foreach (var (name, value) in spec.Labels ?? [])
        {
            if (name == Affinity && value is not ("client" or "none" or ""))
                return $"label {name}: '{value}' is neither client nor none";
            if (name.StartsWith(Port, StringComparison.Ordinal) && OfPort(name, value, ports) is { } problem)
                return problem;
        }
        return null;
    }

    private static string? OfPort(string name, string value, IReadOnlyList<PortConfig> ports)
    {
        if (!name.EndsWith(Address, StringComparison.Ordinal) || name.Length <= Port.Length + Address.Length
            || !ushort.TryParse(name[Port.Length..^Address.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return $"label {name} is not of the form {Port}PUBLISHED{Address}";
        if (!IpAddr.TryParse(value, out var address) || address.IsV6)
            return $"label {name}: '{value}' is not an IPv4 address";
        return ports.Any(one => one.IsIngress && one.PublishedPort == port) ? null
            : $"label {name}: the service publishes no port {port} on every node (mode ingress)";
    }
}
