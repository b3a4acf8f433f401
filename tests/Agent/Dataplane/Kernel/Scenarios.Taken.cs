using System.Diagnostics;
using System.Net.Sockets;

namespace Orch.Tests.Agent.Dataplane.Kernel;

/// <summary>Somebody else has our table, for a while.</summary>
internal static partial class Scenarios
{
    /// <summary>What could not be changed in time is made up for, down to the flows of a backend that left meanwhile.</summary>
    private static async Task TakenTable(Machine machine)
    {
        var (_, _, client) = await WebAsync(machine);
        await machine.ApplyAsync(Machine.Web([11], [11, 12]));
        using var inside = client.Run(() => new Asker(ProtocolType.Udp));
        Same("one 10.50.0.21", inside.Ask(Machine.Vip, 80));
        using (await TakeAsync())
        {
            var version = machine.Want(Machine.Web([12], [11, 12]));
            Same("True", (await machine.Plane.RulesAsync(version, CancellationToken.None))?.StartsWith("nftables: ", StringComparison.Ordinal).ToString());
        }
        await Machine.UntilAsync(() => inside.Ask(Machine.Vip, 80) == "two 10.50.0.21", "the flow goes to who is left");

        using (await TakeAsync())
        {
            await machine.Plane.ClearAsync();
            Same("True", (await machine.Plane.RulesAsync(long.MaxValue - 1, CancellationToken.None))?.StartsWith("nftables: ", StringComparison.Ordinal).ToString());
        }
        await Machine.UntilAsync(() => !Machine.Do("nft list tables").Contains("orch", StringComparison.Ordinal), "the table is removed");
    }

    private static async Task FlushedFlows(Machine machine)
    {
        var (_, _, client) = await WebAsync(machine);
        await machine.ApplyAsync(Machine.Web([11], [11, 12]));
        using var inside = client.Run(() => new Asker(ProtocolType.Udp));
        Same("one 10.50.0.21", inside.Ask(Machine.Vip, 80));
        Machine.Do("nft flush ruleset");
        machine.Want(Machine.Web([12], [11, 12]));
        Machine.Do("iptables-restore", Machine.EngineChains);
        await Machine.UntilAsync(() => inside.Ask(Machine.Vip, 80) == "two 10.50.0.21", "the flow goes to who is left");
    }

    /// <summary>A table with an owner is nobody else's to change, and goes with its owner's socket.</summary>
    private static async Task<Owner> TakeAsync()
    {
        var owner = new Owner();
        await Machine.UntilAsync(owner.Try, "the table is another's");
        return owner;
    }

    private sealed class Owner : IDisposable
    {
        private readonly Process _nft = Process.Start(new ProcessStartInfo("nft", ["-i"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

        public bool Try()
        {
            _nft.StandardInput.WriteLine("delete table ip orch; add table ip orch { flags owner; }");
            _nft.StandardInput.Flush();
            return Machine.Do("nft list tables ip").Contains("table ip orch", StringComparison.Ordinal)
                && Machine.Do("nft list table ip orch").Contains("owner", StringComparison.Ordinal);
        }

        public void Dispose()
        {
            _nft.StandardInput.Close();
            _nft.WaitForExit();
            _nft.Dispose();
        }
    }
}
