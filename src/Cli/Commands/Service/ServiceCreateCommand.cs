using Orch.Cli.Parsing;
using Orch.Cli.Services;
using Orch.Cli.Waiting;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Service;

internal static class ServiceCreateCommand
{
    public static Command Definition => new()
    {
        Name = "service create",
        Usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
        Summary = "Create a service",
        Details = ServiceWaiter.Help,
        Flags = ServiceFlags.Create,
        StopAtFirstWord = true,
        MinWords = 1,
        MaxWords = int.MaxValue,
        Examples = """
            # Three tasks, one published port, spread over zones
            orch service create --name web --replicas 3 -p 8080:80 --placement-pref spread=node.labels.zone nginx
            # One task on every node with an SSD
            orch service create --name cache --mode global --constraint node.labels.disk==ssd redis
            # A health check, limits, and an update that rolls itself back
            orch service create --name api --health-cmd 'curl -f localhost' --limit-memory 256M \
              --update-failure-action rollback --update-order start-first example/api:1.4
            """,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var spec = SpecBuilder.Build(call.Flags, new ObjectLookup(call.Client), call.Terminal.Env);
        var auth = DockerCredentials.For(call, spec.TaskTemplate?.ContainerSpec?.Image ?? "");
        spec = ImagePinning.Pin(call, spec, auth);
        var answer = call.Client.Post("/services/create", ApiJson.Write(spec, ApiJson.Default.ServiceSpec), auth);
        var created = ApiJson.Read(answer, ApiJson.Default.CreateResponse);
        foreach (var warning in created.Warnings ?? [])
            call.Err.WriteLine(warning);
        call.Out.WriteLine(created.ID);
        call.Out.Flush();
        return ServiceWaiter.Wait(call, created.ID, created.ID, rollbackWanted: false);
    }
}
