using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Cli.Services;
using Orch.Cli.Waiting;
using Orch.Contracts.Api;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Service;

internal static class ServiceUpdateCommand
{
    public static Command Definition => new()
    {
        Name = "service update",
        Usage = "[OPTIONS] SERVICE",
        Summary = "Change a service",
        Details = "Tasks are replaced only where the change needs it, as the --update-* options say. " +
            "What no option names stays as it is.\n" + ServiceWaiter.Help,
        Flags = ServiceFlags.Update,
        MinWords = 1,
        MaxWords = 1,
        Examples = """
            orch service update --image nginx:1.27 --update-parallelism 2 web
            orch service update --env-add LEVEL=debug --env-rm OLD --publish-add 9090:90 web
            # Replace all tasks although nothing changed
            orch service update --force web
            """,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var name = call.Words[0];
        var service = call.Client.Get($"/services/{Query.Segment(name)}", ApiJson.Default.ServiceView);
        var rollback = call.Flags.On("rollback");
        if (rollback && call.Flags.HasAny("image", "args", "replicas", "env-add", "force"))
            throw new CommandException("other options may not be combined with --rollback");
        var spec = rollback ? service.Spec
            : SpecEditor.Apply(service.Spec, call.Flags, new ObjectLookup(call.Client), call.Terminal.Env);
        var auth = DockerCredentials.For(call, spec.TaskTemplate?.ContainerSpec?.Image ?? "");
        if (!rollback && call.Flags.Has("image"))
            spec = ImagePinning.Pin(call, spec, auth);
        Send(call, service, spec, auth, "registryAuthFrom=spec", rollback ? "rollback=previous" : "");
        call.Out.WriteLine(name);
        call.Out.Flush();
        return ServiceWaiter.Wait(call, service.ID, name, rollback, service.UpdateStatus);
    }

    /// <summary>Replaces the spec that was read, refused when somebody else changed it since.</summary>
    public static void Send(
        Invocation call, ServiceView service, ServiceSpec spec, string? registryAuth, params IEnumerable<string> query)
    {
        var path = Query.Path($"/services/{service.ID}/update", query.Append($"version={service.Version.Index}"));
        var answer = call.Client.Post(path, ApiJson.Write(spec, ApiJson.Default.ServiceSpec), registryAuth);
        if (answer.Length > 0)
            foreach (var warning in ApiJson.Read(answer, ApiJson.Default.UpdateResponse).Warnings ?? [])
                call.Err.WriteLine(warning);
    }
}
