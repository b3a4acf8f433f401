using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Service;

/// <summary>Host names of nodes by id, fetched once and only when a task has a node.</summary>
internal static class NodeNames
{
    public static Func<string, string> Of(Invocation call)
    {
        Dictionary<string, string>? names = null;
        return id =>
        {
            names ??= call.Client.Get("/nodes", ApiJson.Default.ListNodeView)
                .ToDictionary(node => node.ID, node => node.Spec.Name is { Length: > 0 } name ? name : node.Description.Hostname);
            return names.GetValueOrDefault(id, id);
        };
    }
}
