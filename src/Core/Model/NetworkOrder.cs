using Orch.Core.Model.Specs;

namespace Orch.Core.Model;

/// <summary>
/// The order of the networks of a service and of its tasks: that of their ids, whatever the spec's order is. The first is the
/// primary one: it carries published ports, its bridge is the name server and it is to have the default route. An engine
/// before API 1.48 cannot be told which network has that: it takes the one whose name is the smallest, and the names are made
/// from the ids. Ids therefore say which networks lead nowhere: those of internal ones have the top bit and come last.
/// </summary>
public static class NetworkOrder
{
    private static readonly UInt128 _internal = UInt128.One << 127;

    /// <summary>The id of a new network, from one that was drawn for it.</summary>
    public static NetworkId IdOf(UInt128 drawn, NetworkSpec spec) =>
        new(spec.Internal == true ? drawn | _internal : drawn & ~_internal);

    public static IEnumerable<NetworkId> Sorted(IEnumerable<NetworkId> networks) => networks.Order();
}
