using Orch.Cli.Http;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Service;

internal static class ServiceRmCommand
{
    public static Command Definition => new()
    {
        Name = "service rm",
        Usage = "SERVICE [SERVICE...]",
        Summary = "Remove services",
        Details = "Their containers are stopped and removed. Nobody is asked first.",
        Examples = "orch service rm web",
        MinWords = 1,
        MaxWords = int.MaxValue,
        Run = call => ForEach.Word(call, name =>
        {
            call.Client.Delete($"/services/{Query.Segment(name)}");
            call.Out.WriteLine(name);
        }),
    };
}
