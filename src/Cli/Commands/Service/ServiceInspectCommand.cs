using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Service;

internal static class ServiceInspectCommand
{
    public static Command Definition => new()
    {
        Name = "service inspect",
        Usage = "[OPTIONS] SERVICE [SERVICE...]",
        Summary = "Show details of services",
        Flags = [Inspecting.FormatFlag, Inspecting.PrettyFlag],
        MinWords = 1,
        MaxWords = int.MaxValue,
        Examples = "orch service inspect --pretty web\norch service inspect -f '{{json .Spec.TaskTemplate.Resources}}' web",
        Run = call => Inspecting.Run(call, name => Fetch(call, name), (to, body) =>
            ServicePretty.Write(to, ApiJson.Read(body, ApiJson.Default.ServiceView), id => NetworkName(call, id),
                call.Terminal.Clock.GetUtcNow())),
    };

    private static byte[] Fetch(Invocation call, string name)
    {
        var (status, body) = call.Client.Send("GET", $"/services/{Query.Segment(name)}?insertDefaults=true", []);
        return status == 404 ? throw new CommandException($"Error: no such service: {name}")
            : status == 200 ? body : call.Client.Get($"/services/{Query.Segment(name)}?insertDefaults=true");
    }

    /// <summary>The id itself where the manager knows no such network: a service may outlive one that was forced away.</summary>
    private static string NetworkName(Invocation call, string id)
    {
        var (status, body) = call.Client.Send("GET", $"/networks/{Query.Segment(id)}?scope=swarm", []);
        return status == 200 && System.Text.Json.JsonDocument.Parse(body).RootElement.TryGetProperty("Name", out var name)
            ? name.GetString() ?? id : id;
    }
}
