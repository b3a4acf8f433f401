using Orch.Contracts.Agent;

namespace Orch.Agent.Networks;

/// <summary>The managers' words about networks, folded: the last message about each network, service and task.</summary>
internal sealed class NetworkTruth
{
    private readonly Dictionary<string, NetworkAssignment> _networks = [];
    private readonly Dictionary<string, ServiceEndpoint> _services = [];
    private readonly Dictionary<string, TaskEndpoint> _tasks = [];

    public TaskEndpoint? Task(string id) => _tasks.GetValueOrDefault(id);

    public void Apply(NetworkUpdate update)
    {
        if (update.Complete)
        {
            _networks.Clear();
            _services.Clear();
            _tasks.Clear();
        }
        Change(_tasks, update.RemovedTasks, update.Tasks, task => task.Id);
        Change(_services, update.RemovedServices, update.Services, service => service.Id);
        Change(_networks, update.RemovedNetworks, update.Networks, network => network.Id);
    }

    /// <summary>One update that says all of it.</summary>
    public NetworkUpdate Whole() => new()
    {
        Complete = true,
        Networks = { _networks.Values },
        Services = { _services.Values },
        Tasks = { _tasks.Values },
    };

    private static void Change<T>(Dictionary<string, T> all, IEnumerable<string> removed, IEnumerable<T> put, Func<T, string> id)
    {
        foreach (var gone in removed)
            all.Remove(gone);
        foreach (var one in put)
            all[id(one)] = one;
    }
}
