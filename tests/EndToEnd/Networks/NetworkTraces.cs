namespace Orch.Tests.EndToEnd.Networks;

/// <summary>What orch has put into a machine's kernel, engine and folders: one line for each thing found.</summary>
internal static class NetworkTraces
{
    private const string Table = "table ip orch";

    /// <summary>Of networks that tasks and services use. A machine that stays in its cluster keeps an empty table.</summary>
    public static async Task<IReadOnlyList<string>> OfNetworksAsync(OrchMachine orch)
    {
        var machine = orch.Machine;
        var resolv = $"{machine.DataDirectory}/agent/resolv";
        return
        [
            .. await LinesAsync(machine, ["ls", "/sys/class/net"], "link", IsOurs),
            .. await LinesAsync(machine, ["iptables", "-S"], "rule", line => line.Contains("or-", StringComparison.Ordinal)),
            .. await LinesAsync(machine, ["nft", "list", "ruleset"], "rules of a service:", line => line.StartsWith("chain s_", StringComparison.Ordinal)),
            .. await LinesAsync(machine, ["docker", "network", "ls", "--format", "{{.Name}}"], "engine network",
                name => name.StartsWith("orch-", StringComparison.Ordinal)),
            .. Directory.Exists(resolv) ? Directory.GetFiles(resolv).Select(file => $"file {file}") : [],
        ];
    }

    /// <summary>Of everything: what a machine may have that is in no cluster is nothing.</summary>
    public static async Task<IReadOnlyList<string>> OfAllAsync(OrchMachine orch)
    {
        var machine = orch.Machine;
        return
        [
            .. await OfNetworksAsync(orch),
            .. await LinesAsync(machine, ["nft", "list", "tables"], "nft", line => line == Table),
            .. await LinesAsync(machine, ["docker", "ps", "-a", "--format", "{{.Names}}", "--filter", "label=orch.cluster"], "container",
                _ => true),
            .. await LinesAsync(machine, ["cat", "/proc/mounts"], "mount", line => line.Split(' ')[1].Contains("/orch/", StringComparison.Ordinal)),
            .. machine.Processes().Where(process => process.Name.StartsWith("orch", StringComparison.Ordinal)).Select(process => $"process {process.Name}"),
            .. FilesUnder(machine.DataDirectory),
        ];
    }

    /// <summary>What is still found when nothing more is likely to go; empty as soon as nothing is.</summary>
    public static async Task<IReadOnlyList<string>> LeftAsync(Func<Task<IReadOnlyList<string>>> find)
    {
        IReadOnlyList<string> left = [];
        try
        {
            await Until.TrueAsync("nothing is left", async () => (left = await find()).Count == 0, TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            // Whoever asked says what it is.
        }
        return left;
    }

    private static bool IsOurs(string link) =>
        link.StartsWith("or-", StringComparison.Ordinal) || link.StartsWith("ox-", StringComparison.Ordinal);

    private static async Task<IEnumerable<string>> LinesAsync(LabMachine machine, string[] command, string kind, Func<string, bool> counts) =>
        (await machine.ExecAsync(command)).EnsureSuccess().Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(counts).Select(line => $"{kind} {line}");

    private static IEnumerable<string> FilesUnder(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => $"file {file}") : [];
}
