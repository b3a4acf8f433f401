using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Orch.Cli.Parsing;

namespace Orch.Cli.Daemons;

/// <summary>The address other machines reach this one by, and the port it listens on.</summary>
internal static class Addresses
{
    /// <summary>Given an address, that; an interface, its address; nothing, the one the default route leaves from.</summary>
    public static string Advertise(string? wanted)
    {
        if (wanted is not null)
            return Of(wanted, "--advertise-addr");
        return OfDefaultRoute() ?? TheOnlyOne();
    }

    /// <summary>The address itself, or that of an interface. Option: what asked for it.</summary>
    public static string Of(string wanted, string option) =>
        IPAddress.TryParse(wanted, out var address) ? address.ToString() : OfInterface(wanted, option);

    private static string OfInterface(string name, string option) => Candidates().Where(c => c.Interface == name)
        .Select(c => c.Address.ToString()).FirstOrDefault() ?? throw new CommandException(
            $"{option} {name}: neither an IP address nor an interface with one (there are {Described()})");

    /// <summary>The one from which packets to a host leave, as its machines see this one; null when nothing leads there.</summary>
    public static string? Toward(string host)
    {
        try
        {
            // IPv4 first: packets of networks go by that.
            return Dns.GetHostAddresses(host).OrderBy(address => address.AddressFamily == AddressFamily.InterNetworkV6)
                .Select(SourceFor).FirstOrDefault(address => address is not null);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return null; // a name that nobody knows; whoever dials it says so
        }
    }

    private static string? OfDefaultRoute() => SourceFor(IPAddress.Parse("192.0.2.1")) ?? SourceFor(IPAddress.Parse("2001:db8::1"));

    /// <summary>Connecting a datagram socket sends nothing: it only makes the system choose a source address.</summary>
    private static string? SourceFor(IPAddress target)
    {
        try
        {
            using var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(target, 9);
            return socket.LocalEndPoint is IPEndPoint { Address: var address } && !IPAddress.IsLoopback(address) ? address.ToString() : null;
        }
        catch (SocketException)
        {
            return null; // no route of this family
        }
    }

    private static string TheOnlyOne()
    {
        var all = Candidates().Select(c => c.Address.ToString()).Distinct().ToList();
        return all.Count switch
        {
            1 => all[0],
            0 => IPAddress.Loopback.ToString(),
            _ => throw new CommandException("could not choose an IP address to advertise, as this system has several and no " +
                $"default route ({Described()}): specify one with --advertise-addr"),
        };
    }

    private static string Described() => string.Join(", ", Candidates().Select(c => $"{c.Address} on {c.Interface}").DefaultIfEmpty("none"));

    private static IEnumerable<(string Interface, IPAddress Address)> Candidates() =>
        from network in NetworkInterface.GetAllNetworkInterfaces()
        where network.OperationalStatus != OperationalStatus.Down && network.NetworkInterfaceType != NetworkInterfaceType.Loopback
            && !network.Name.StartsWith("docker", StringComparison.Ordinal) && !network.Name.StartsWith("br-", StringComparison.Ordinal)
            && !network.Name.StartsWith("veth", StringComparison.Ordinal)
        from address in network.GetIPProperties().UnicastAddresses
        where address.Address.AddressFamily == AddressFamily.InterNetwork || !address.Address.IsIPv6LinkLocal
        select (network.Name, address.Address);

    /// <summary>The address and port to listen on; throws when somebody listens there already.</summary>
    public static IPEndPoint Listen(string text)
    {
        var full = text.StartsWith(':') ? "0.0.0.0" + text : text;
        if (!IPEndPoint.TryParse(full, out var endpoint))
            throw new CommandException($"--listen {text}: expected ADDRESS:PORT, like 0.0.0.0:2378");
        if (endpoint.Port == 0)
            endpoint.Port = Contracts.Machine.MachineConfig.DefaultPort;
        try
        {
            using var listener = new TcpListener(endpoint);
            listener.Start();
            return endpoint;
        }
        catch (SocketException e)
        {
            throw new CommandException($"cannot listen on {endpoint}: {e.Message}.\n  Choose another with --listen ADDRESS:PORT.");
        }
    }
}
