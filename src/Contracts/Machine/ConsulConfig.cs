using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Orch.Contracts.Machine;

/// <summary>The configuration file that a Consul server beside a manager is started with.</summary>
internal static class ConsulConfig
{
    public const string Datacenter = "orch";

    public static string DataDir(MachinePaths paths) => Path.Combine(paths.ConsulDir, "data");
    public static string CaFile(MachinePaths paths) => Path.Combine(paths.ConsulDir, "ca.crt");
    public static string CertificateFile(MachinePaths paths) => Path.Combine(paths.ConsulDir, "server.crt");
    public static string KeyFile(MachinePaths paths) => Path.Combine(paths.ConsulDir, "server.key");

    public static byte[] Write(EmbeddedConsul consul, MachinePaths paths, string advertise, bool founds)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("server", true);
            if (founds)
                json.WriteNumber("bootstrap_expect", 1);
            json.WriteString("datacenter", Datacenter);
            json.WriteString("node_name", NodeName(advertise));
            json.WriteString("data_dir", DataDir(paths));
            json.WriteString("bind_addr", BindTo(advertise));
            json.WriteString("advertise_addr", advertise);
            WriteAddresses(json, consul, paths, advertise);
            WriteSecurity(json, consul, paths);
            WriteHabits(json);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>A name that another server of the cluster cannot have.</summary>
    public static string NodeName(string advertise) => $"orch-{advertise.Replace('.', '-').Replace(':', '-')}";

    /// <summary>Only where others dial, if that is an address of this machine and not of something that translates it.</summary>
    private static string BindTo(string advertise)
    {
        var address = IPAddress.Parse(advertise);
        using var probe = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            probe.Bind(new IPEndPoint(address, 0));
            return advertise;
        }
        catch (SocketException)
        {
            return address.AddressFamily == AddressFamily.InterNetworkV6 ? "::" : "0.0.0.0";
        }
    }

    private static void WriteAddresses(Utf8JsonWriter json, EmbeddedConsul consul, MachinePaths paths, string advertise)
    {
        json.WriteStartObject("addresses");
        json.WriteString("http", $"unix://{paths.ConsulSocket}");
        json.WriteEndObject();
        json.WriteStartObject("unix_sockets");
        json.WriteString("mode", "0600");
        json.WriteEndObject();
        json.WriteStartObject("ports");
        json.WriteNumber("server", consul.Port);
        json.WriteNumber("serf_lan", consul.Port + 1);
        foreach (var unused in (string[])["dns", "grpc", "serf_wan", "https"])
            json.WriteNumber(unused, -1);
        json.WriteEndObject();
        json.WriteStartArray("retry_join");
        foreach (var server in consul.Servers.Where(server => server != advertise))
            json.WriteStringValue(server.Contains(':', StringComparison.Ordinal) ? $"[{server}]:{consul.Port + 1}" : $"{server}:{consul.Port + 1}");
        json.WriteEndArray();
        json.WriteString("retry_interval", "1s");
    }

    private static void WriteSecurity(Utf8JsonWriter json, EmbeddedConsul consul, MachinePaths paths)
    {
        json.WriteString("encrypt", consul.GossipKey);
        json.WriteString("ca_file", CaFile(paths));
        json.WriteString("cert_file", CertificateFile(paths));
        json.WriteString("key_file", KeyFile(paths));
        json.WriteBoolean("verify_incoming_rpc", true);
        json.WriteBoolean("verify_outgoing", true);
        json.WriteBoolean("verify_server_hostname", true);
        json.WriteBoolean("disable_remote_exec", true);
    }

    /// <summary>Fast elections; a stop is no leave; a server that is gone is replaced once a new one comes, never below three.</summary>
    private static void WriteHabits(Utf8JsonWriter json)
    {
        json.WriteBoolean("leave_on_terminate", false);
        json.WriteBoolean("skip_leave_on_interrupt", true);
        json.WriteBoolean("disable_update_check", true);
        json.WriteString("log_level", "warn");
        json.WriteStartObject("performance");
        json.WriteNumber("raft_multiplier", 1);
        json.WriteEndObject();
        json.WriteStartObject("autopilot");
        json.WriteBoolean("cleanup_dead_servers", true);
        json.WriteNumber("min_quorum", 3);
        json.WriteString("server_stabilization_time", "2s");
        json.WriteEndObject();
    }
}
