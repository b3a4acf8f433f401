using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Cli.Commands.Registry;

internal static class RegistryLsCommand
{
    private static readonly (string, string)[] Columns =
        [("ServerAddress", "REGISTRY"), ("Username", "USERNAME"), ("UpdatedAt", "UPDATED")];

    public static Command Definition => new()
    {
        Name = "registry ls",
        Summary = "List the cluster's logins at registries",
        Flags = [Listing.FormatFlag, Listing.QuietFlag],
        Examples = "orch registry ls",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var logins = call.Client.Get("/orch/v1/registries", ApiJson.Default.ListRegistryView);
        var now = call.Terminal.Clock.GetUtcNow();
        Listing.Write(call, Columns, [.. logins.Select(login => new Dictionary<string, object?>
        {
            ["ID"] = login.ServerAddress,
            ["ServerAddress"] = login.ServerAddress,
            ["Username"] = login.Username,
            ["UpdatedAt"] = HumanTime.Ago(Timestamp.From(now) - login.UpdatedAt),
        })]);
        return 0;
    }
}
