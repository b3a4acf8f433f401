using Orch.Agent.Engine;
using Orch.Agent.Tasks;
using Orch.Core.Model;

namespace Orch.Tests.Agent.Fakes;

/// <summary>An engine as <see cref="AgentCore"/> sees it: containers, answers and events, with no time of its own.</summary>
internal sealed class FakeEngine(Func<long> now)
{
    private readonly List<ContainerState> _containers = [];
    private readonly Dictionary<string, TaskId> _needFiles = [];
    private int _created;

    public List<EngineEvent> Events { get; } = [];
    public IReadOnlyList<ContainerState> Containers => _containers;
    public Dictionary<string, bool> Images { get; } = new() { ["web"] = false };
    public string? CreateError { get; set; }
    public string? StartError { get; set; }
    public string? PortsError { get; set; }
    public bool Listens { get; set; } = true;
    public string? PlaceError { get; set; }

    /// <summary>Secrets and configs as they lie in memory: the agent's death does not touch them, a reboot takes them.</summary>
    public Dictionary<TaskId, IReadOnlyList<TaskFile>> Folders { get; } = [];

    public EngineAnswer Perform(EngineCall call) => call switch
    {
        _ when !Listens => EngineAnswer.Failed(EngineFault.Unreachable, "gone"),
        EngineCall.PrepareImage c => Images.TryGetValue(c.Image, out var check)
            ? new() { Image = new("sha256:1", check) }
            : EngineAnswer.Failed(EngineFault.NotFound, $"No such image: {c.Image}"),
        EngineCall.PlaceFiles c => Place(c),
        EngineCall.Create c => Create(c),
        EngineCall.Start c => Start(c),
        EngineCall.Stop c => Stop(c.Container, 143),
        EngineCall.Kill c => Stop(c.Container, 137),
        EngineCall.Remove c => Remove(c.Container),
        EngineCall.Inspect c => new() { Found = [.. _containers.Where(x => x.Id == c.Container)] },
        EngineCall.Look c => new() { Found = [.. _containers.Where(x => x.Labels[ContainerLabels.Task] == $"{c.Task}")] },
        EngineCall.Ping => EngineAnswer.Done,
        EngineCall.AwaitPorts => PortsError is { } closed ? EngineAnswer.Failed(EngineFault.Refused, closed) : EngineAnswer.Done,
        _ => throw new InvalidOperationException($"{call}"),
    };

    public void Die(string id, int exitCode)
    {
        var at = _containers.FindIndex(c => c.Id == id);
        if (at < 0 || _containers[at].Status != ContainerStatus.Running)
            return;
        _containers[at] = _containers[at] with
        {
            Status = ContainerStatus.Exited,
            ExitCode = exitCode,
            FinishedAt = now(),
            Pid = 0,
        };
        Tell(EngineEventKind.Died, _containers[at], exitCode);
    }

    public void SetHealth(string id, ContainerHealth health)
    {
        var at = _containers.FindIndex(c => c.Id == id);
        _containers[at] = _containers[at] with { Health = health };
        Tell(health == ContainerHealth.Healthy ? EngineEventKind.Healthy : EngineEventKind.Unhealthy, _containers[at]);
    }

    /// <summary>What a shutdown of engine or machine does to containers, unseen by anybody.</summary>
    public void StopAllSilently(int exitCode)
    {
        foreach (var container in _containers.ToList())
            Die(container.Id, exitCode);
        Events.Clear();
    }

    public void RemoveByHand(string id) => Remove(id);

    public void Add(ContainerState container) => _containers.Add(container);

    private EngineAnswer Create(EngineCall.Create call)
    {
        if (CreateError is { } error)
            return EngineAnswer.Failed(EngineFault.Refused, error);
        if (!Images.ContainsKey(call.Request.Image))
            return EngineAnswer.Failed(EngineFault.NotFound, $"No such image: {call.Request.Image}");
        if (_containers.Any(c => c.Name == call.Name))
            return EngineAnswer.Failed(EngineFault.Conflict, $"Conflict. The container name \"/{call.Name}\" is already in use");
        var id = $"c{++_created:D4}";
        if (call.Request.HostConfig?.Mounts?.Any(mount => mount.Target != "/etc/resolv.conf") == true)
            _needFiles.Add(id, call.Task);
        _containers.Add(new()
        {
            Id = id,
            Name = call.Name,
            Status = ContainerStatus.Created,
            Labels = call.Request.Labels,
        });
        return new() { Container = id };
    }

    private EngineAnswer Place(EngineCall.PlaceFiles call)
    {
        if (PlaceError is { } error)
            return EngineAnswer.Failed(EngineFault.Refused, error);
        Folders[call.Task] = call.Files;
        return EngineAnswer.Done;
    }

    private EngineAnswer Start(EngineCall.Start call)
    {
        if (_needFiles.TryGetValue(call.Container, out var task) && !Folders.ContainsKey(task))
            throw new InvalidOperationException($"task {task} starts without its files");
        var at = _containers.FindIndex(c => c.Id == call.Container);
        if (at < 0)
            return EngineAnswer.Failed(EngineFault.NotFound, $"No such container: {call.Container}");
        if (StartError is { } error)
            return EngineAnswer.Failed(EngineFault.Refused, error);
        if (_containers[at].Status == ContainerStatus.Running)
            return EngineAnswer.Done;
        _containers[at] = _containers[at] with
        {
            Status = ContainerStatus.Running,
            StartedAt = now(),
            Pid = 100 + at,
            ExitCode = 0,
            Health = Images.GetValueOrDefault("web") ? ContainerHealth.Starting : ContainerHealth.None,
        };
        Tell(EngineEventKind.Started, _containers[at]);
        return EngineAnswer.Done;
    }

    private EngineAnswer Stop(string id, int exitCode)
    {
        if (_containers.All(c => c.Id != id))
            return EngineAnswer.Failed(EngineFault.NotFound, $"No such container: {id}");
        Die(id, exitCode);
        return EngineAnswer.Done;
    }

    private EngineAnswer Remove(string id)
    {
        Die(id, 137);
        if (_containers.Find(c => c.Id == id) is { } gone)
        {
            _containers.Remove(gone);
            Tell(EngineEventKind.Destroyed, gone);
        }
        return EngineAnswer.Done;
    }

    private void Tell(EngineEventKind kind, ContainerState container, int exitCode = 0) =>
        Events.Add(new(kind, container.Id, container.Labels, now(), exitCode));
}
