using System.IO.Compression;

namespace Orch.Cli.Doctor;

/// <summary>What the kernel can do and how it is set.</summary>
internal static class KernelDoctor
{
    private const string BridgeRules = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    private const string Forwarding = "/proc/sys/net/ipv4/ip_forward";

    private static readonly (string Module, string Option, string For)[] Features =
    [
        ("vxlan", "CONFIG_VXLAN", "networks over machines"),
        ("bridge", "CONFIG_BRIDGE", "networks"),
        ("nf_tables", "CONFIG_NF_TABLES", "virtual addresses and published ports"),
        ("br_netfilter", "CONFIG_BRIDGE_NETFILTER", "virtual addresses between containers of one machine"),
        ("nf_conntrack", "CONFIG_NF_CONNTRACK", "virtual addresses and published ports"),
    ];

    public static IEnumerable<Finding> Look(LocalMachine machine)
    {
        var release = machine.Read("/proc/sys/kernel/osrelease")?.Trim() ?? "";
        var folder = $"/lib/modules/{release}";
        var files = $"{machine.Read($"{folder}/modules.builtin")}\n{machine.Read($"{folder}/modules.dep")}";
        var config = machine.Read("/proc/config") ?? machine.Read($"/boot/config-{release}") ?? "";
        foreach (var feature in Features)
        {
            yield return Has(machine, files, config, feature.Module, feature.Option)
                ? Finding.Ok("kernel", $"{feature.Module} is there")
                : Finding.Problem("kernel", $"{feature.Module} is missing: needed for {feature.For}",
                    $"modprobe {feature.Module}; if there is no such module, install the package with the kernel's modules "
                    + $"(Debian: linux-image-amd64, Ubuntu: linux-modules-extra-{release}) and boot that kernel");
        }
        yield return Setting(machine, BridgeRules, "containers of one machine do not reach virtual addresses");
        yield return Setting(machine, Forwarding, "containers reach nothing outside, and published ports nothing inside");
        yield return machine.Run("nft", ["--version"]) is { } nft
            ? Finding.Ok("nftables", nft.Output.Trim())
            : Finding.Warning("nftables", "the program nft is missing; the agent needs its library", "install the package nftables");
    }

    /// <summary>The kernel's own list of what it was built with, where it shows one.</summary>
    public static string? ReadConfig(string path)
    {
        try
        {
            using var text = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            return text.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    private static bool Has(LocalMachine machine, string files, string config, string module, string option) =>
        machine.Has($"/sys/module/{module}") || (module == "br_netfilter" && machine.Has(BridgeRules))
        || files.Contains($"/{module}.ko", StringComparison.Ordinal)
        || config.Contains($"{option}=y\n", StringComparison.Ordinal) || config.Contains($"{option}=m\n", StringComparison.Ordinal);

    private static Finding Setting(LocalMachine machine, string file, string otherwise)
    {
        var name = Path.GetFileName(file);
        if (machine.Read(file)?.Trim() == "1")
            return Finding.Ok("kernel", $"{name} is 1");

        // Without a network the agent has no reason yet to set it.
        return machine.HasNetworks && machine.HasAgent
            ? Finding.Problem("kernel", $"{name} is not 1: {otherwise}",
                $"something sets it back (sysctl.d, a firewall): the agent sets it every 30 s; echo 1 > {file}")
            : Finding.Ok("kernel", $"{name} is not 1 yet: the agent sets it with the first network");
    }
}
