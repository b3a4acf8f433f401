using Orch.Cli.Http;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.ApiToken;

internal static class ApiTokenRmCommand
{
    public static Command Definition => new()
    {
        Name = "api-token rm",
        Usage = "NAME [NAME...]",
        Summary = "Remove credentials for the API",
        Examples = "orch api-token rm ci",
        MinWords = 1,
        MaxWords = int.MaxValue,
        Run = call => ForEach.Word(call, name =>
        {
            call.Client.Delete($"/orch/v1/api-tokens/{Query.Segment(name)}");
            call.Out.WriteLine(name);
        }),
    };
}
