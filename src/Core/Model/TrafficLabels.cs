using System.Globalization;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;

namespace Orch.Core.Model;

/// <summary>
/// What labels of a service say of its traffic, for which Docker's spec has no word: <c>orch.affinity=client</c> keeps a
/// client's connections with one task; <c>orch.prefer=local</c> leads to tasks of the same machine where it has any;
/// <c>orch.client-address=keep</c>, or <c>orch.port.8080.client-address=keep</c> for one port, shows tasks on other machines
/// the client's address, too; <c>orch.port.8080.address=10.0.0.7</c> publishes that port at this address of the nodes alone.
/// </summary>
public static class TrafficLabels
{
    public const string Affinity = "orch.affinity";
    public const string Prefer = "orch.prefer";
    public const string ClientAddress = "orch.client-address";
    private const string Port = "orch.port.";
    private const string Address = ".address";
    private const string Client = ".client-address";

    /// <summary>Connections from one client address go to one task while it serves.</summary>
    public static bool HasClientAffinity(ServiceSpec spec) => spec.Labels?.GetValueOrDefault(Affinity) == "client";

    /// <summary>A machine with serving tasks of the service leads its own clients and ports to these alone.</summary>
    public static bool PrefersLocal(ServiceSpec spec) => spec.Labels?.GetValueOrDefault(Prefer) == "local";

    /// <summary>Tasks on other machines than the one that was asked see the client's address; what the port says goes first.</summary>
    public static bool KeepsClient(ServiceSpec spec, uint publishedPort) => spec.Labels is { Count: > 0 } labels
        && (labels.GetValueOrDefault(OfPort(publishedPort, Client)) ?? labels.GetValueOrDefault(ClientAddress)) == "keep";

    /// <summary>The address of the nodes that an ingress port is published at; null: at all of them.</summary>
    public static IpAddr? AddressOf(ServiceSpec spec, uint publishedPort) =>
        spec.Labels is { Count: > 0 } labels
        && labels.TryGetValue(OfPort(publishedPort, Address), out var text)
        && IpAddr.TryParse(text, out var address) ? address : null;

    /// <summary>What is wrong with these labels, or null. Ports are those of the service with every number chosen.</summary>
    public static string? Problem(ServiceSpec spec, IReadOnlyList<PortConfig> ports)
    {
        foreach (var (name, value) in spec.Labels ?? [])
        {
            var problem = name switch
            {
                Affinity => OneOf(name, value, "client", "none"),
                Prefer => OneOf(name, value, "local", "none"),
                ClientAddress => OneOf(name, value, "keep", "none"),
                _ when name.StartsWith(Port, StringComparison.Ordinal) => ProblemOfPort(name, value, ports),
                _ => null,
            };
            if (problem is not null)
                return problem;
        }
        return null;
    }

    private static string OfPort(uint published, string what) => string.Create(CultureInfo.InvariantCulture, $"{Port}{published}{what}");

    private static string? OneOf(string name, string value, string yes, string no) =>
        value == yes || value == no || value.Length == 0 ? null : $"label {name}: '{value}' is neither {yes} nor {no}";

    private static string? ProblemOfPort(string name, string value, IReadOnlyList<PortConfig> ports)
    {
        var isClient = name.EndsWith(Client, StringComparison.Ordinal);
        var suffix = isClient ? Client : Address;
        if (!name.EndsWith(suffix, StringComparison.Ordinal) || name.Length <= Port.Length + suffix.Length
            || !ushort.TryParse(name[Port.Length..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return $"label {name} is neither of the form {Port}PUBLISHED{Address} nor {Port}PUBLISHED{Client}";
        if (isClient && OneOf(name, value, "keep", "none") is { } wrong)
            return wrong;
        if (!isClient && (!IpAddr.TryParse(value, out var address) || address.IsV6))
            return $"label {name}: '{value}' is not an IPv4 address";
        return ports.Any(one => one.IsIngress && one.PublishedPort == port) ? null
            : $"label {name}: the service publishes no port {port} on every node (mode ingress)";
    }
}
