using Orch.Cli.Doctor;

namespace Orch.Tests.Cli.Doctor;

/// <summary>Each doctor over a machine that a test makes up.</summary>
public sealed class DoctorTests
{
    private const string Saved = """
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD DROP [0:0]
        :DOCKER-USER - [0:0]
        -A FORWARD -j DOCKER-USER
        -A FORWARD -j DOCKER-ISOLATION-STAGE-1
        -A DOCKER-USER -j RETURN
        COMMIT
        """;

    private readonly Dictionary<string, string> _files = new()
    {
        ["/proc/sys/kernel/osrelease"] = "6.1.0\n",
        ["/proc/sys/net/bridge/bridge-nf-call-iptables"] = "1\n",
        ["/proc/sys/net/ipv4/ip_forward"] = "1\n",
        ["/lib/modules/6.1.0/modules.dep"] = "kernel/drivers/net/vxlan/vxlan.ko.xz: x\nkernel/net/netfilter/nf_tables.ko:\nkernel/net/netfilter/nf_conntrack.ko:\n",
        ["/lib/modules/6.1.0/modules.builtin"] = "kernel/net/bridge/bridge.ko\n",
    };

    private readonly Dictionary<string, Said> _programs = new()
    {
        ["nft --version"] = new(0, "nftables v1.0.6"),
        ["nft list table ip orch"] = new(0, "table ip orch"),
        ["nft -j list ruleset"] = new(0, """{"nftables":[]}"""),
        ["iptables-save -t filter"] = new(0, Saved),
    };

    private LocalMachine Machine(bool root = true, bool agent = true, params string[] interfaces) => new()
    {
        Read = path => _files.GetValueOrDefault(path),
        Has = _files.ContainsKey,
        Run = (program, arguments) => _programs.GetValueOrDefault($"{program} {string.Join(' ', arguments)}"),
        IsRoot = root,
        HasAgent = agent,
        Interfaces = interfaces.Length > 0 ? interfaces : ["eth0", "or-1048576", "ox-1048576"],
    };

    private static void AllOk(IEnumerable<Finding> findings) => Assert.All(findings, finding => Assert.Equal(Level.Ok, finding.Level));

    private static Finding NotOk(IEnumerable<Finding> findings) => Assert.Single(findings, finding => finding.Level != Level.Ok);

    [Fact]
    public void A_machine_with_all_it_needs_has_nothing_to_complain_of()
    {
        AllOk(KernelDoctor.Look(Machine()));
        AllOk(FirewallDoctor.Look(Machine(), "eth0", "eth0", 2378));
        AllOk(PortDoctor.Look(Machine(), [new("tcp", true, 2378, "orch-manager"), new("udp", true, 4789, "")], 2378, isManager: true, runs: true));
        AllOk(EngineDoctor.Look(new("unix:///e.sock") { Version = "20.10.24", ApiVersion = "1.41", Swarm = "inactive", LiveRestore = true }));
    }

    [Fact]
    public void A_missing_module_is_named_with_what_it_is_needed_for()
    {
        _files["/lib/modules/6.1.0/modules.dep"] = "";
        var missing = KernelDoctor.Look(Machine()).Where(finding => finding.Level == Level.Problem).Select(finding => finding.Text.Split(' ')[0]);
        Assert.Equal(["vxlan", "nf_tables", "nf_conntrack"], missing);
    }

    [Fact]
    public void Settings_are_a_problem_once_there_are_networks_that_need_them()
    {
        _files["/proc/sys/net/ipv4/ip_forward"] = "0\n";
        Assert.Equal((Level.Problem, true), (NotOk(KernelDoctor.Look(Machine())).Level,
            NotOk(KernelDoctor.Look(Machine())).Text.StartsWith("ip_forward is not 1", StringComparison.Ordinal)));
        AllOk(KernelDoctor.Look(Machine(interfaces: "eth0")));
    }

    [Fact]
    public void An_engine_that_is_away_old_or_in_swarm_mode_is_told()
    {
        Assert.Equal(Level.Problem, Assert.Single(EngineDoctor.Look(new("unix:///e.sock") { Problem = "does not answer" })).Level);
        Assert.Contains("20.10 or later", NotOk(EngineDoctor.Look(new("e") { ApiVersion = "1.40", LiveRestore = true })).Advice, StringComparison.Ordinal);
        Assert.Contains("docker swarm leave", NotOk(EngineDoctor.Look(new("e") { ApiVersion = "1.51", Swarm = "active", LiveRestore = true })).Advice,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_firewall_that_drops_is_told_with_the_rule_that_opens_it()
    {
        _programs["iptables-save -t filter"] = new(0, Saved.Replace(":INPUT ACCEPT", ":INPUT DROP", StringComparison.Ordinal));

        var problems = FirewallDoctor.Look(Machine(), "eth0", "eth0", 2378).Where(finding => finding.Level == Level.Problem).ToList();

        Assert.Equal(3, problems.Count);
        Assert.Contains(problems, one => one.Text.Contains("UDP port 4789", StringComparison.Ordinal)
            && one.Advice!.StartsWith("iptables -I INPUT -p udp --dport 4789 -j ACCEPT", StringComparison.Ordinal));
        Assert.Contains(problems, one => one.Text.Contains("TCP port 2378", StringComparison.Ordinal));
        Assert.Contains(problems, one => one.Text.Contains("resolve no names", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_port_is_judged_where_its_packets_come()
    {
        _programs["iptables-save -t filter"] = new(0, Saved.Replace(":DOCKER-USER", "-A INPUT -i eth1 -j DROP\n:DOCKER-USER", StringComparison.Ordinal));

        AllOk(FirewallDoctor.Look(Machine(), "eth0", "eth0", 2378));
        Assert.Contains("UDP port 4789", NotOk(FirewallDoctor.Look(Machine(), "eth0", "eth1", 2378)).Text, StringComparison.Ordinal);
        Assert.Contains("TCP port 2378", NotOk(FirewallDoctor.Look(Machine(), "eth1", "eth0", 2378)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ufw status", "Status: active\n", "ufw allow 4789/udp")]
    [InlineData("firewall-cmd --state", "running\n", "firewall-cmd --permanent --add-port=4789/udp && firewall-cmd --reload")]
    public void Who_keeps_the_rules_is_asked_to_open_them(string command, string says, string advice)
    {
        _programs[command] = new(0, says);
        _programs["iptables-save -t filter"] = new(0, Saved.Replace(":INPUT ACCEPT", ":INPUT DROP", StringComparison.Ordinal));

        Assert.Contains(FirewallDoctor.Look(Machine(), "eth0", "eth0", 0), one => one.Advice == advice);
    }

    [Fact]
    public void Docker_user_must_be_the_first_rule_of_forward()
    {
        _programs["iptables-save -t filter"] = new(0, Saved.Replace("-A FORWARD -j DOCKER-USER\n", "", StringComparison.Ordinal)
            .Replace("-A DOCKER-USER", "-A FORWARD -j DOCKER-USER\n-A DOCKER-USER", StringComparison.Ordinal));

        Assert.Equal(Level.Problem, NotOk(FirewallDoctor.Look(Machine(), "eth0", "eth0", 0)).Level);
        Assert.Equal(Level.Warning, NotOk(FirewallDoctor.Look(Machine(interfaces: "eth0"), "eth0", "eth0", 0)).Level);
    }

    [Fact]
    public void A_missing_table_is_a_problem_while_an_agent_has_networks_and_only_then()
    {
        _programs["nft list table ip orch"] = new(1, "", "No such file or directory");
        Assert.Contains("table ip orch is missing", NotOk(FirewallDoctor.Look(Machine(), "eth0", "eth0", 0)).Text, StringComparison.Ordinal);
        AllOk(FirewallDoctor.Look(Machine(interfaces: "eth0"), "eth0", "eth0", 0));
        AllOk(FirewallDoctor.Look(Machine(agent: false, interfaces: "eth0"), "eth0", "eth0", 0));
    }

    [Fact]
    public void Without_root_the_firewall_is_not_judged() =>
        Assert.Equal(Level.Warning, Assert.Single(FirewallDoctor.Look(Machine(root: false), "eth0", "eth0", 2378)).Level);

    [Theory]
    [InlineData("tcp", 2378, "nginx", "held by nginx")]
    [InlineData("udp", 4789, "flanneld", "held by flanneld")]
    [InlineData("udp", 53, "dnsmasq", "held on every address by dnsmasq")]
    public void A_port_that_another_program_has_is_told_with_that_program(string protocol, int port, string program, string words)
    {
        var finding = NotOk(PortDoctor.Look(Machine(), [new(protocol, true, port, program)], 2378, isManager: true, runs: false));
        Assert.Equal((Level.Problem, true), (finding.Level, finding.Text.Contains(words, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_manager_that_runs_must_listen() => Assert.Contains("nobody listens",
        NotOk(PortDoctor.Look(Machine(), [], 2378, isManager: true, runs: true)).Text, StringComparison.Ordinal);

    [Fact]
    public void The_kernel_s_table_of_sockets_is_read()
    {
        const string Udp = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
             1234: 00000000:12B5 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 0000000000000000 0
             1235: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4712 2 0000000000000000 0
            """;
        Assert.Equal([("udp", true, 4789, "4711"), ("udp", false, 53, "4712")], PortTable.Parse(Udp, "udp"));
        Assert.Empty(PortTable.Parse(Udp, "tcp"));
    }

    private static readonly DateTimeOffset _now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_clock_that_cannot_be_right_is_a_problem_and_one_that_nobody_keeps_a_warning()
    {
        var good = new ClockFacts(_now, _now.AddDays(-9), IsKept: true) { NotBefore = _now.AddDays(-1), NotAfter = _now.AddDays(9) };
        Assert.Equal(Level.Ok, ClockDoctor.Look(good).Level);
        Assert.Equal(Level.Warning, ClockDoctor.Look(good with { IsKept = false }).Level);
        Assert.Equal(Level.Problem, ClockDoctor.Look(good with { Built = _now.AddDays(1) }).Level);
        Assert.Equal(Level.Problem, ClockDoctor.Look(good with { NotBefore = _now.AddHours(1) }).Level);
        Assert.Equal(Level.Problem, ClockDoctor.Look(good with { NotAfter = _now.AddHours(-1) }).Level);
    }

    [Fact]
    public void Little_space_is_a_warning_and_none_a_problem()
    {
        Assert.Equal(Level.Ok, DiskDoctor.Look(new("data", "/d", 5L << 30, 9L << 30)).Level);
        Assert.Equal(Level.Warning, DiskDoctor.Look(new("data", "/d", 1L << 29, 9L << 30)).Level);
        Assert.Equal(Level.Problem, DiskDoctor.Look(new("data", "/d", 1L << 20, 9L << 30)).Level);
    }
}
