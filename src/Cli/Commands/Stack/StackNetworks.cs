using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model.Specs;
using Orch.Stacks.Conversion;

namespace Orch.Cli.Commands.Stack;

/// <summary>
/// The networks of a plan next to those of the cluster. Services are shown with the ids of their networks and written with
/// the names: both are compared by name.
/// </summary>
internal sealed class StackNetworks
{
    private readonly Dictionary<string, string> _names;

    private StackNetworks(IReadOnlyList<NetworkView> found, IReadOnlyList<PlannedNetwork> missing) =>
        (_names, Missing) = (found.ToDictionary(network => network.Id, network => network.Name), missing);

    /// <summary>What a deploy has to create.</summary>
    public IReadOnlyList<PlannedNetwork> Missing { get; }

    /// <summary>Ends the command when an external one is not there, or one that is there is not as the file says.</summary>
    public static StackNetworks Of(Invocation call, StackPlan plan, IEnumerable<ServiceView> current)
    {
        if (plan.Networks.Count == 0 && current.All(service => service.Spec.TaskTemplate?.Networks is not { Count: > 0 }))
            return new([], []);
        var found = call.Client.Get("/networks", ApiJson.Default.ListNetworkView);
        var missing = new List<PlannedNetwork>();
        foreach (var planned in plan.Networks)
        {
            if (found.Find(network => network.Name == planned.Name) is { } present)
                Check(planned, present);
            else if (planned.IsExternal)
                throw new CommandException($"{planned.At}: network {planned.Name} is external, but the cluster has none of that name: create it first");
            else
                missing.Add(planned);
        }
        return new(found, missing);
    }

    /// <summary>The spec with the names of its networks instead of their ids.</summary>
    public ServiceSpec? Named(ServiceSpec? spec) => spec?.TaskTemplate?.Networks is not { Count: > 0 } networks ? spec : spec with
    {
        TaskTemplate = spec.TaskTemplate with
        {
            Networks = networks.ConvertAll(network => _names.TryGetValue(network.Target ?? "", out var name)
                ? network with { Target = name } : network),
        },
    };

    /// <summary>A network cannot be changed: a file that asks for another one under its name must not be taken as done.</summary>
    private static void Check(PlannedNetwork planned, NetworkView present)
    {
        if (planned.Request is not { } request)
            return;
        var wanted = ApiJson.Read(System.Text.Encoding.UTF8.GetBytes(request.GetRawText()), ApiJson.Default.NetworkSpec);
        if (NetworkDifference.Of(wanted, present) is { } key)
            throw new CommandException($"{planned.At}: network {planned.Name} exists with another {key}, and a network cannot be changed: " +
                $"give it a new name, or remove it first (orch network rm {planned.Name}, after the services that use it)");
    }
}
