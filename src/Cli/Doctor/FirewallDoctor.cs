using System.Globalization;
using Orch.Cli.Doctor.Firewall;

namespace Orch.Cli.Doctor;

/// <summary>
/// Whether the machine's firewall lets through what orch lives on: packets of other machines, questions of containers for
/// names, and what is forwarded to containers.
/// </summary>
internal static class FirewallDoctor
{
    private const string Check = "firewall";
    private const string Jump = "-A FORWARD -j DOCKER-USER";

    /// <summary>
    /// Control: the interface that managers and people reach this machine by; data: that by which packets of networks come; empty
    /// where that is not known. Port: where a manager listens here, or 0.
    /// </summary>
    public static IEnumerable<Finding> Look(LocalMachine machine, string control, string data, int port)
    {
        if (!machine.IsRoot)
        {
            yield return Finding.Warning(Check, "not looked at: that needs root", "sudo orch doctor");
            yield break;
        }
        var saved = machine.Run("iptables-save", ["-t", "filter"]);
        if (saved is not { Code: 0 })
        {
            yield return Finding.Warning(Check, $"iptables does not answer{(saved is null ? "" : ": " + saved.Error.Trim())}",
                "install the package iptables: the engine needs it for its own networks");
        }
        else
            yield return Forward(machine, saved.Output);
        yield return Table(machine);
        foreach (var finding in Incoming(machine, saved is { Code: 0 } ? saved.Output : "", control, data, port))
            yield return finding;
    }

    /// <summary>The engine drops what it did not publish; its chain for users, where orch accepts its own, must be asked first.</summary>
    private static Finding Forward(LocalMachine machine, string saved)
    {
        var lines = saved.Split('\n', StringSplitOptions.TrimEntries);
        var policy = lines.FirstOrDefault(line => line.StartsWith(":FORWARD ", StringComparison.Ordinal))?.Split(' ')[1] ?? "ACCEPT";
        if (!lines.Any(line => line.StartsWith(":DOCKER-USER ", StringComparison.Ordinal)))
        {
            return policy == "DROP"
                ? Finding.Warning(Check, "FORWARD drops by default and there is no chain DOCKER-USER: published ports will not reach containers",
                    "is the engine running, and its firewall backend iptables?")
                : Finding.Ok(Check, $"FORWARD: policy {policy}, no chain DOCKER-USER (the engine makes it)");
        }
        if (lines.FirstOrDefault(line => line.StartsWith("-A FORWARD ", StringComparison.Ordinal)) == Jump)
            return Finding.Ok(Check, $"FORWARD: policy {policy}, DOCKER-USER first");
        const string Advice = "iptables -D FORWARD -j DOCKER-USER; iptables -I FORWARD -j DOCKER-USER (a running agent does it within 30 s)";
        return machine.HasNetworks
            ? Finding.Problem(Check, "DOCKER-USER is not the first rule of FORWARD: published ports may not reach containers", Advice)
            : Finding.Warning(Check, "DOCKER-USER is not the first rule of FORWARD", Advice);
    }

    private static Finding Table(LocalMachine machine)
    {
        var there = machine.Run("nft", ["list", "table", "ip", "orch"]) is { Code: 0 };
        return there ? machine.HasAgent ? Finding.Ok(Check, "table ip orch is there")
                : Finding.Warning(Check, "table ip orch is there, but no agent keeps it up to date", "orch start; or orch leave, which removes it")
            : machine is { HasAgent: true, HasNetworks: true }
                ? Finding.Problem(Check, "table ip orch is missing although the agent runs: no virtual address and no published port works",
                    "see the agent's log; something else may flush all rules again and again")
                : Finding.Ok(Check, "no table ip orch yet: the agent makes it with the first network");
    }

    private static IEnumerable<Finding> Incoming(LocalMachine machine, string saved, string control, string data, int port)
    {
        var iptables = IptablesRules.Parse(saved);
        var (nft, inputs) = NftRules.Parse(machine.Run("nft", ["-j", "list", "ruleset"]) is { Code: 0, Output: var json } ? json : "");
        Passage Way(Packet packet) => inputs.Select(input => new RuleWalk(nft, packet).From(input))
            .Append(new RuleWalk(iptables, packet).From("INPUT"))
            .Aggregate((one, other) => one == Passage.Dropped || other == Passage.Dropped ? Passage.Dropped
                : one == Passage.Unclear ? one : other);
        var keeper = Keeper(machine);

        // The agent's rules take these out of connection tracking before a firewall sees them.
        yield return Told("packets of networks, UDP port 4789", Way(new("udp", 4789, data, "untracked")), "tasks of other machines", keeper, "4789/udp");
        if (port > 0)
        {
            var text = port.ToString(CultureInfo.InvariantCulture);
            yield return Told($"the manager, TCP port {text}", Way(new("tcp", port, control)), "agents and people elsewhere", keeper, $"{text}/tcp");
        }
        yield return Names(Way(new("udp", 53, "or-1")), keeper);
    }

    private static Finding Told(string what, Passage way, string who, string keeper, string port) => way switch
    {
        Passage.Passes => Finding.Ok(Check, $"{what}: let in"),
        Passage.Unclear => Finding.Warning(Check, $"{what}: let in from some addresses only; those of all machines must be among them",
            Allow(keeper, port)),
        _ => Finding.Problem(Check, $"{what}: blocked by this machine's firewall, so {who} get no packet through", Allow(keeper, port)),
    };

    private static Finding Names(Passage way, string keeper) => way == Passage.Dropped
        ? Finding.Problem(Check, "questions for names, UDP port 53 from bridges or-*: blocked by this machine's firewall, so containers "
            + "resolve no names", keeper switch
            {
                "ufw" => "ufw allow from 10.128.0.0/9 to any port 53 (the cluster's address pool; add subnets of your own)",
                "firewalld" => "firewall-cmd --permanent --zone=trusted --add-source=10.128.0.0/9 && firewall-cmd --reload",
                _ => "iptables -I INPUT -i or-+ -p udp --dport 53 -j ACCEPT; the same with tcp",
            })
        : Finding.Ok(Check, "questions for names, port 53 from bridges or-*: let in");

    /// <summary>Who writes the rules, and would undo what is changed behind its back.</summary>
    private static string Keeper(LocalMachine machine) =>
        machine.Run("firewall-cmd", ["--state"]) is { Code: 0 } ? "firewalld"
        : machine.Run("ufw", ["status"]) is { Code: 0, Output: var ufw } && ufw.Contains("Status: active", StringComparison.Ordinal) ? "ufw" : "";

    private static string Allow(string keeper, string port) => keeper switch
    {
        "firewalld" => $"firewall-cmd --permanent --add-port={port} && firewall-cmd --reload",
        "ufw" => $"ufw allow {port}",
        _ => $"iptables -I INPUT -p {port.Split('/')[1]} --dport {port.Split('/')[0]} -j ACCEPT, and keep it over a reboot",
    };
}
