using Orch.Core.Model;

namespace Orch.Core.Planning;

/// <summary>Which services wait for a service of a given name. An index over the specs; most clusters have few entries.</summary>
internal sealed class Dependents
{
    private readonly Dictionary<string, HashSet<ServiceId>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<ServiceId, IReadOnlyList<ServiceDependency>> _known = [];

    public void Set(Service service)
    {
        Forget(service.Id);
        var dependencies = service.DependsOn;
        if (dependencies.Count == 0)
            return;
        _known[service.Id] = dependencies;
        foreach (var dependency in dependencies)
        {
            if (!_byName.TryGetValue(dependency.Service, out var dependents))
                _byName[dependency.Service] = dependents = [];
            dependents.Add(service.Id);
        }
    }

    public void Forget(ServiceId service)
    {
        if (!_known.Remove(service, out var dependencies))
            return;
        foreach (var dependency in dependencies)
        {
            if (_byName.TryGetValue(dependency.Service, out var dependents) && dependents.Remove(service) && dependents.Count == 0)
                _byName.Remove(dependency.Service);
        }
    }

    public IEnumerable<ServiceId> Of(string name) => _byName.TryGetValue(name, out var dependents) ? dependents : [];
}
