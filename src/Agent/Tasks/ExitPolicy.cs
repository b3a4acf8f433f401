using Orch.Core.Model.Specs;

namespace Orch.Agent.Tasks;

/// <summary>Whose doing it was that a container stopped.</summary>
public enum ExitCause
{
    /// <summary>Its own, while engine and agent watched.</summary>
    Own,

    /// <summary>The engine took it down while it shut down itself.</summary>
    EngineStopped,

    /// <summary>Found stopped after the engine had been away; it may have finished by itself.</summary>
    EngineAway,

    /// <summary>Found stopped when the agent came back; it may have finished by itself.</summary>
    AgentAway,

    /// <summary>The machine went down.</summary>
    Reboot,
}

/// <summary>Start again after <see cref="Delay"/>, or not at all.</summary>
public readonly record struct ExitVerdict(bool Again, TimeSpan Delay, bool Charged)
{
    public static readonly ExitVerdict Over = new(false, default, false);
    public static readonly ExitVerdict AtOnce = new(true, TimeSpan.Zero, false);
}

/// <summary>
/// Who restarts what (only a manager makes new tasks). What the engine or the machine took down is brought back and
/// charged to nobody. What died by itself is the manager's to replace; while there is none, the same container runs
/// again under the task's own policy.
/// </summary>
public static class ExitPolicy
{
    public static ExitVerdict Decide(
        ExitCause cause, bool succeeded, bool managerListens, RestartPolicy? policy, RestartLedger ledger, AgentTime now)
    {
        var condition = policy?.Condition ?? "any";
        var finished = condition == "none" || (succeeded && condition == "on-failure");
        return cause switch
        {
            ExitCause.EngineStopped => ExitVerdict.AtOnce,
            ExitCause.Reboot => succeeded && condition == "none" ? ExitVerdict.Over : ExitVerdict.AtOnce,
            ExitCause.EngineAway => succeeded && finished ? ExitVerdict.Over : ExitVerdict.AtOnce,
            ExitCause.Own when managerListens => ExitVerdict.Over,
            _ => finished || !ledger.MayRestart(policy, now)
                ? ExitVerdict.Over
                : new(true, ledger.Delay(policy, now), true),
        };
    }
}
