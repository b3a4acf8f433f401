namespace Orch.Agent.Tasks;

/// <summary>
/// The two clocks of a step: <see cref="Uptime"/> never jumps and is what everything due is measured by;
/// <see cref="UnixNanos"/> is what people are told.
/// </summary>
public readonly record struct AgentTime(TimeSpan Uptime, long UnixNanos);
