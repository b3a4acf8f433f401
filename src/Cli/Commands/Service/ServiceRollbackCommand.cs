using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Cli.Waiting;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Service;

internal static class ServiceRollbackCommand
{
    public static Command Definition => new()
    {
        Name = "service rollback",
        Usage = "[OPTIONS] SERVICE",
        Summary = "Go back to a service's previous specification",
        Details = "One step back: the specification before the last update. A second rollback undoes the first.\n" +
            "With --to: back to a revision that `orch service history` lists.\n" + ServiceWaiter.Help,
        Flags =
        [
            Flag.Switch("detach", "Exit at once instead of waiting for the service to converge", 'd'),
            Flag.Switch("quiet", "Suppress progress output", 'q'),
            Flag.Value("to", "revision", "Go back to this revision instead of the previous one"),
        ],
        MinWords = 1,
        MaxWords = 1,
        Examples = "orch service rollback web\norch service rollback --to 4 web",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var name = call.Words[0];
        var service = call.Client.Get($"/services/{Query.Segment(name)}", ApiJson.Default.ServiceView);
        if (call.Flags.Count("to") is { } revision)
            call.Client.Post($"/orch/v1/services/{service.ID}/rollback?version={service.Version.Index}&to={revision}", []);
        else
            ServiceUpdateCommand.Send(call, service, service.Spec, registryAuth: null, "rollback=previous");
        call.Out.WriteLine(name);
        call.Out.Flush();
        return ServiceWaiter.Wait(call, service.ID, name, rollbackWanted: true);
    }
}
