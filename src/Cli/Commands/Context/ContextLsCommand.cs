using Orch.Cli.Contexts;
using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Context;

internal static class ContextLsCommand
{
    private static readonly (string, string)[] Columns =
        [("Shown", "NAME"), ("Description", "DESCRIPTION"), ("Endpoint", "ENDPOINT"), ("Credential", "CREDENTIAL")];

    public static Command Definition => new()
    {
        Name = "context ls",
        Summary = "List the clusters this person can reach",
        Flags = [Listing.FormatFlag, Listing.QuietFlag],
        Examples = "orch context ls --format '{{.Name}} {{.Endpoint}}'",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var store = ContextStore.Of(call.Terminal.Env);
        var current = ManagerAddress.ContextName(call.Host, call.Terminal.Env);
        var rows = new List<Dictionary<string, object?>>
        {
            Row(ContextStore.Local, "This machine's manager", $"unix://{call.Host.RunDir}/orch.sock", "", current is null),
        };
        rows.AddRange(store.All(call.Err.WriteLine).Select(c => Row(
            c.Name, c.Description ?? "", c.Host, c.Token is null ? "certificate" : "token", c.Name == current)));
        Listing.Write(call, Columns, rows);
        return 0;
    }

    private static Dictionary<string, object?> Row(string name, string about, string endpoint, string credential, bool current) => new()
    {
        ["ID"] = name,
        ["Name"] = name,
        ["Shown"] = current ? name + " *" : name,
        ["Description"] = about,
        ["Endpoint"] = endpoint,
        ["Credential"] = credential,
        ["Current"] = current,
    };
}
