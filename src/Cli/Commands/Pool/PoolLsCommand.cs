using System.Globalization;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Pool;

internal static class PoolLsCommand
{
    private static readonly (string, string)[] _columns = [("Pool", "POOL"), ("SubnetSize", "SUBNET SIZE"), ("Subnets", "SUBNETS"), ("Free", "FREE")];

    public static Command Definition => new()
    {
        Name = "pool ls",
        Summary = "List the blocks that subnets of networks are cut from",
        Details = "A network that names no subnet gets a free one of the first pool that has any. FREE counts those in which neither a\n" +
            "network nor the address of a machine lies.",
        Flags = [Listing.FormatFlag],
        Examples = "orch pool ls\norch pool ls --format json",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var pools = call.Client.Get("/orch/v1/pools", ApiJson.Default.ListPoolView);
        Listing.Write(call, _columns, [.. pools.Select(pool => new Dictionary<string, object?>
        {
            ["Pool"] = pool.Pool,
            ["SubnetSize"] = $"/{pool.SubnetSize}",
            ["Subnets"] = pool.Subnets.ToString(CultureInfo.InvariantCulture),
            ["Free"] = pool.Free.ToString(CultureInfo.InvariantCulture),
        })]);
        return 0;
    }
}
