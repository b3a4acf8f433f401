namespace Orch.Cli.Doctor;

/// <summary>What the container engine says of itself. Problem: why it says nothing.</summary>
internal sealed record EngineFacts(string Address)
{
    public string? Problem { get; init; }
    public string Version { get; init; } = "";
    public string ApiVersion { get; init; } = "";

    /// <summary>Docker's own orchestrator: inactive, active…</summary>
    public string Swarm { get; init; } = "";
    public bool LiveRestore { get; init; }
    public string Root { get; init; } = "";
}

/// <summary>Whether the container engine can be used.</summary>
internal static class EngineDoctor
{
    private static readonly Version _leastApi = new(1, 41);

    public static IEnumerable<Finding> Look(EngineFacts engine)
    {
        if (engine.Problem is { } problem)
        {
            yield return Finding.Problem("engine", problem, "start it (systemctl start docker), or say where it is: orch doctor --engine unix:///PATH");
            yield break;
        }
        var text = $"{engine.Version} (API {engine.ApiVersion}) at {engine.Address}";
        yield return Version.TryParse(engine.ApiVersion, out var api) && api < _leastApi
            ? Finding.Problem("engine", text, $"orch needs Docker Engine 20.10 or later (API {_leastApi})")
            : Finding.Ok("engine", text);
        if (engine.Swarm.Length > 0 && engine.Swarm != "inactive")
            yield return Finding.Problem("engine", $"Docker Swarm is {engine.Swarm} on it", "one engine serves one orchestrator: docker swarm leave");
        if (!engine.LiveRestore)
        {
            yield return Finding.Warning("engine", "live-restore is off: a restart of the engine restarts all containers",
                "set \"live-restore\": true in /etc/docker/daemon.json and reload the engine");
        }
    }
}
