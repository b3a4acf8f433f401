using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Cli.Commands.ApiToken;

internal static class ApiTokenLsCommand
{
    private static readonly (string, string)[] Columns =
        [("Name", "NAME"), ("Role", "ROLE"), ("CreatedAt", "CREATED"), ("Expires", "EXPIRES")];

    public static Command Definition => new()
    {
        Name = "api-token ls",
        Summary = "List credentials for the API",
        Flags = [Listing.FormatFlag, Listing.QuietFlag],
        Examples = "orch api-token ls --format '{{.Name}} {{.Expires}}'",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var now = Timestamp.From(call.Terminal.Clock.GetUtcNow());
        var tokens = call.Client.Get("/orch/v1/api-tokens", ApiJson.Default.ListApiTokenView);
        Listing.Write(call, Columns, [.. tokens.Select(token => new Dictionary<string, object?>
        {
            ["ID"] = token.Name,
            ["Name"] = token.Name,
            ["Role"] = token.Role,
            ["CreatedAt"] = HumanTime.Ago(now - token.CreatedAt),
            ["Expires"] = token.ExpiresAt.IsNever ? "never" : token.Expired ? "expired" : $"{token.ExpiresAt}",
        })]);
        return 0;
    }
}
