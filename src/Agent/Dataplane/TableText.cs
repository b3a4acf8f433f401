using System.Text;

namespace Orch.Agent.Dataplanes;

/// <summary>
/// The table as nft reads it. Packets find their service by one look into a map, however many services there are.
/// </summary>
internal static class TableText
{
    private const string Sets = """
          set self { type ipv4_addr . ipv4_addr; }
          set local_mesh { type ipv4_addr; }
          set overlay { type ipv4_addr; flags interval; }
          set name_servers { type ipv4_addr; }
          set vnis { typeof @th,96,24; }
          set vteps { type ipv4_addr; }
          set vips_empty { type ifname . ipv4_addr; }
          set vips_empty_host { type ipv4_addr; }
          set ports_empty { type inet_proto . inet_service; }
          set ports_at_empty { type ipv4_addr . inet_proto . inet_service; }
          set led { type ipv4_addr; size 65535; flags dynamic; }
          map gates { type ether_addr : mark; }
          map ways_back { type mark : ether_addr; }
          map vips { type ifname . ipv4_addr : verdict; }
          map vips_host { type ipv4_addr : verdict; }
          map ports { type inet_proto . inet_service : verdict; }
          map ports_at { type ipv4_addr . inet_proto . inet_service : verdict; }

        """;

    // back: a client from outside that another machine sent here is answered through that machine, which it knows.
    // arrive: later, the kernel tells the client of a shorter way first, and that counts against the refusals it may send.
    // raw: route_localnet would let 127.0.0.1 in from outside. input: frames of our networks come from our nodes only.
    // raw, leave: the packets that carry frames of our networks between nodes are not remembered. Each connection inside has a
    // source port of its own outside, so each would cost two more entries on both nodes, for half a minute. What only passes through
    // this machine is left to whoever makes rules for that.
    // forward: nobody gets to a task past its service, whatever the engine's own policy is; nor what looks like such a packet.
    // postrouting: led are the tasks that flows of datagrams go to. Only of these flows must be forgotten when the task leaves.
    private const string Hooks = """
          chain refuse {
            meta l4proto tcp reject with tcp reset
            reject
          }
          chain raw { type filter hook prerouting priority -300; policy accept;
            iifname != "lo" ip daddr 127.0.0.0/8 drop
            iifname != "or-*" udp dport 4789 @th,96,24 @vnis ip saddr @vteps fib daddr type local notrack
          }
          chain leave { type filter hook output priority -300; policy accept;
            udp dport 4789 @th,96,24 @vnis ip daddr @vteps notrack
          }
          chain back { type filter hook prerouting priority -150; policy accept;
            iifname "or-*" ct direction original ip saddr != @overlay ct mark set ether saddr map @gates
            iifname "or-*" ct direction reply ip daddr != @overlay ether daddr set ct mark map @ways_back
          }
          chain arrive { type filter hook prerouting priority 0; policy accept;
            iifname . ip daddr @vips_empty goto refuse
          }
          chain input { type filter hook input priority -10; policy accept;
            udp dport 4789 @th,96,24 @vnis ip saddr != @vteps drop
            ip daddr @name_servers meta l4proto { tcp, udp } th dport 53 return
            ct state new meta l4proto . th dport @ports_empty goto refuse
            ct state new ip daddr . meta l4proto . th dport @ports_at_empty goto refuse
          }
          chain forward { type filter hook forward priority -10; policy accept;
            iifname != "or-*" oifname "or-*" ct state new ct status & dnat != dnat drop
            iifname != "or-*" oifname "or-*" ct state untracked drop
          }
          chain send { type filter hook output priority -10; policy accept;
            ip daddr @vips_empty_host goto refuse
          }
          chain prerouting { type nat hook prerouting priority -110; policy accept;
            iifname . ip daddr vmap @vips
            ip daddr @name_servers meta l4proto { tcp, udp } th dport 53 return
            ip daddr . meta l4proto . th dport vmap @ports_at
            fib daddr type local meta l4proto . th dport vmap @ports
          }
          chain output { type nat hook output priority -110; policy accept;
            ip daddr vmap @vips_host
            ip daddr @name_servers meta l4proto { tcp, udp } th dport 53 return
            ip daddr . meta l4proto . th dport vmap @ports_at
            fib daddr type local meta l4proto . th dport vmap @ports
          }
          chain postrouting { type nat hook postrouting priority 90; policy accept;
            ct status & dnat != dnat return
            meta l4proto udp add @led { ip daddr }
            ip saddr . ip daddr @self masquerade
            ct mark != { 0x6f726368, 0x6f726369 } return
            fib saddr type local masquerade
            ip saddr @overlay masquerade
            ct mark 0x6f726369 ip saddr != @vteps return
            ip daddr != @local_mesh masquerade
          }

        """;

    // Of a connection that has ended the kernel keeps a memory, for two minutes unless told otherwise. While the engine takes a
    // container's network down it deletes these one by one, by addresses and ports: a client that takes a port again in that
    // moment would lose the connection it has just made to another task. What is gone by itself by then is not in the way.
    private const string Endings = """
          ct timeout ended { protocol tcp; l3proto ip; policy = { time_wait : 1, close : 1 }; }
          chain remember { type filter hook postrouting priority 0; policy accept;
            oifname "or-*" meta l4proto tcp ct state new ct status & dnat == dnat ct timeout set "ended"
          }

        """;

    public const string Removal = "table ip orch { }\ndelete table ip orch\n";

    /// <summary>Endings: whether the kernel can be told how long it remembers a connection.</summary>
    public static string Whole(IEnumerable<ServiceRules> services, string digest, bool endings = true)
    {
        var text = new StringBuilder(Removal).Append("table ip orch {\n").Append(Sets).Append(Hooks).Append(endings ? Endings : "");
        text.Append("  chain state {\n    return comment \"").Append(digest).Append("\"\n  }\n");
        var elements = new List<RuleElement>();
        var all = services.ToList();
        foreach (var (name, body) in Chains(all))
            text.Append("  chain ").Append(name).Append(" {\n").Append(body).Append("\n  }\n");
        foreach (var rules in all)
            elements.AddRange(rules.Elements);
        text.Append("}\n");
        Elements(text, "add", elements, withVerdict: true);
        return text.ToString();
    }

    /// <summary>Elements leave before the chains they point to, and come after them.</summary>
    public static string Change(IEnumerable<ServiceRules> before, IEnumerable<ServiceRules> after, string digest)
    {
        var text = new StringBuilder();
        var oldElements = before.SelectMany(rules => rules.Elements).ToHashSet();
        var newElements = after.SelectMany(rules => rules.Elements).ToHashSet();
        var (old, now) = (Chains(before), Chains(after));
        Elements(text, "delete", oldElements.Where(element => !newElements.Contains(element)), withVerdict: false);
        foreach (var (name, body) in now)
        {
            var known = old.TryGetValue(name, out var was);
            if (known && was == body)
                continue;
            text.Append(known ? "flush" : "add").Append(" chain ip orch ").Append(name).Append('\n');
            foreach (var rule in body.Split('\n'))
                text.Append("add rule ip orch ").Append(name).Append(' ').Append(rule).Append('\n');
        }
        Elements(text, "add", newElements.Where(element => !oldElements.Contains(element)), withVerdict: true);
        foreach (var name in old.Keys.Where(name => !now.ContainsKey(name)))
            text.Append("delete chain ip orch ").Append(name).Append('\n');
        text.Append("flush chain ip orch state\nadd rule ip orch state return comment \"").Append(digest).Append("\"\n");
        return text.ToString();
    }

    /// <summary>A name that two of them say is one chain, as in the kernel: the later one's.</summary>
    private static Dictionary<string, string> Chains(IEnumerable<ServiceRules> services)
    {
        var chains = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var chain in services.SelectMany(rules => rules.Chains))
            chains[chain.Name] = chain.Body;
        return chains;
    }

    private static void Elements(StringBuilder text, string verb, IEnumerable<RuleElement> elements, bool withVerdict)
    {
        foreach (var set in elements.GroupBy(element => element.Set).OrderBy(set => set.Key, StringComparer.Ordinal))
        {
            text.Append(verb).Append(" element ip orch ").Append(set.Key).Append(" { ");
            text.AppendJoin(", ", set.Select(element => withVerdict ? element.ToString() : element.Key)).Append(" }\n");
        }
    }
}
