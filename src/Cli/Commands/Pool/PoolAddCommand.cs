using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Pool;

internal static class PoolAddCommand
{
    public static Command Definition => new()
    {
        Name = "pool add",
        Usage = "BLOCK [BLOCK...]",
        Summary = "Add blocks that subnets of networks are cut from",
        Details = "They are used when those before them have no subnet left, in pieces of the size that was said at init. A pool stays:\n" +
            "choose blocks that neither your machines nor what they talk to have addresses in. Where a firewall lets questions for\n" +
            "names in by address (port 53; orch doctor), add the block there, too.",
        MinWords = 1,
        MaxWords = int.MaxValue,
        Examples = "orch pool add 10.64.0.0/12\norch pool add 172.30.0.0/16 172.31.0.0/16",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        call.Client.Post("/orch/v1/pools", ApiJson.Write(new PoolsToAdd([.. call.Words]), ApiJson.Default.PoolsToAdd));
        foreach (var block in call.Words)
            call.Out.WriteLine(block);
        return 0;
    }
}
