using Orch.Testing;

namespace Orch.Bench.Net;

/// <summary>One end of a path: a network, named by a process that is in it, and its address there.</summary>
internal sealed record NetEnd(HostProcess Network, string Address);

/// <summary>
/// A way from a client to a server. <paramref name="Target"/> is what the client asks, which may be another address than the
/// server's own. <paramref name="BridgeRules"/>: what bridge-nf-call-iptables has to be on these machines while it is measured;
/// empty where it makes no difference.
/// </summary>
internal sealed record NetPath(string Name, NetEnd Client, NetEnd Server, string Target, int Port, string BridgeRules, IReadOnlyList<LabMachine> Machines);
