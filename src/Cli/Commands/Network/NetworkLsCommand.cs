using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Network;

internal static class NetworkLsCommand
{
    private const int ShortId = 12;
    private static readonly (string, string)[] _columns =
        [("ID", "NETWORK ID"), ("Name", "NAME"), ("Driver", "DRIVER"), ("Scope", "SCOPE")];

    public static Command Definition => new()
    {
        Name = "network ls",
        Summary = "List networks",
        Details = "ingress carries the published ports of services that have no network of their own; bridge, host and none are what\n" +
            "every machine has by itself.",
        Flags =
        [
            Listing.FilterFlag("dangling, driver, id, label, name, scope, type"), Listing.FormatFlag,
            Flag.Switch("no-trunc", "Do not truncate the output"), Listing.QuietFlag,
        ],
        Examples = "orch network ls --filter label=team=blue --format '{{.Name}}: {{.Driver}}'",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var filters = Query.Encode(Query.Filters(call.Flags.All("filter")));
        var networks = call.Client.Get(Query.Path("/networks", filters), ApiJson.Default.ListNetworkView);
        var sorted = networks.OrderBy(network => network.Name, NaturalOrder.Instance).ThenBy(network => network.Id, StringComparer.Ordinal);
        Listing.Write(call, _columns, [.. sorted.Select(network => Row(network, call.Flags.On("no-trunc")))]);
        return 0;
    }

    private static Dictionary<string, object?> Row(NetworkView network, bool whole) => new()
    {
        ["CreatedAt"] = network.Created,
        ["Driver"] = network.Driver,
        ["ID"] = whole || network.Id.Length <= ShortId ? network.Id : network.Id[..ShortId],
        ["IPv4"] = Word(network.EnableIPv4),
        ["IPv6"] = Word(network.EnableIPv6),
        ["Internal"] = Word(network.Internal),
        ["Labels"] = string.Join(',', (network.Labels ?? []).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}")),
        ["Name"] = network.Name,
        ["Scope"] = network.Scope,
    };

    private static string Word(bool value) => value ? "true" : "false";
}
