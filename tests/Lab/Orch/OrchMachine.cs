using System.Text.Json;

namespace Orch.Testing;

/// <summary>A lab machine that runs orch, driven as a person would: through its command line.</summary>
public sealed class OrchMachine(LabMachine machine) : IDisposable
{
    private static readonly string _bin = FindBin();

    public LabMachine Machine => machine;

    public OrchApi Api { get; } = new(machine);

    public Task<ExecResult> OrchAsync(params string[] args) =>
        machine.ExecAsync(new ExecOptions { Timeout = TimeSpan.FromSeconds(60) }, [$"{_bin}/orch", .. args]);

    public async Task<string> OkAsync(params string[] args) => (await OrchAsync(args)).EnsureSuccess().Output;

    public Task InitAsync() => OkAsync("init", "--advertise-addr", machine.Address);

    public async Task JoinAsync(OrchMachine manager)
    {
        var token = (await manager.OkAsync("token", "worker", "-q")).Trim();
        await OkAsync("join", "--token", token, "--advertise-addr", machine.Address, manager.Machine.Address);
    }

    /// <summary>Containers of tasks that run here, by task id.</summary>
    public async Task<IReadOnlyDictionary<string, EngineContainerDetails>> RunningTasksAsync()
    {
        var tasks = new Dictionary<string, EngineContainerDetails>();
        foreach (var container in await machine.Engine.ContainersAsync())
        {
            if (container.State == "running" && container.Labels.TryGetValue("com.docker.swarm.task.id", out var task)
                && await TryInspectAsync(container.Id) is { Running: true } details)
                tasks.Add(task, details);
        }
        return tasks;
    }

    /// <summary>Null when the container went away after it was listed.</summary>
    private async Task<EngineContainerDetails?> TryInspectAsync(string id)
    {
        try
        {
            return await machine.Engine.InspectAsync(id);
        }
        catch (LabException e) when (e.Message.Contains("404", StringComparison.Ordinal))
        {
            return null;
        }
    }

    /// <summary>Path of one of the programs that were built.</summary>
    public static string Program(string name) => $"{_bin}/{name}";

    public Task KillDaemonsAsync(params string[] names) => machine.KillAsync([.. names.Select(ShortName)]);

    /// <summary>Waits until a service has as many running tasks as it wants.</summary>
    public Task ConvergedAsync(string service, TimeSpan? timeout = null) => Until.TrueAsync(
        $"{service} converged", async () => await Api.AnswersAsync() && await IsConvergedAsync(service), timeout);

    public Task AnswersAsync() => Until.TrueAsync("the manager answers", Api.AnswersAsync);

    public void Dispose() => Api.Dispose();

    private async Task<bool> IsConvergedAsync(string service)
    {
        var found = (await Api.GetAsync($"services?status=true&filters={{\"name\":[\"{service}\"]}}")).EnumerateArray()
            .FirstOrDefault(s => s.GetProperty("Spec").GetProperty("Name").GetString() == service);
        return found.ValueKind == JsonValueKind.Object
            && found.GetProperty("ServiceStatus").GetProperty("RunningTasks").GetInt32() is var running
            && running > 0 && running == found.GetProperty("ServiceStatus").GetProperty("DesiredTasks").GetInt32();
    }

    /// <summary>The kernel keeps fifteen characters of a process' name.</summary>
    private static string ShortName(string name) => name.Length > 15 ? name[..15] : name;

    private static string FindBin()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent;
        var bin = Path.Combine(folder?.FullName ?? "/", "bin");
        return File.Exists(Path.Combine(bin, "orch")) ? bin : throw new LabException($"{bin}/orch is missing: make build");
    }
}
