namespace Orch.Manager.Writing;

/// <summary>This manager does not lead (any more). A command that was under way may or may not have happened.</summary>
public sealed class NotLeaderException(string message) : Exception(message);

/// <summary>More commands wait than the manager is willing to hold: try again in a moment. Nothing happened.</summary>
public sealed class OverloadedException()
    : Exception("the manager is overloaded: too many commands are waiting; try again in a second");
