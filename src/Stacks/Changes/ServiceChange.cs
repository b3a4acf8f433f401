namespace Orch.Stacks.Changes;

public enum ChangeKind
{
    None,
    Create,
    Update,
    Remove,
}

/// <summary>One key of the stack file whose value differs; null where there was or will be none.</summary>
public sealed record KeyChange(string Key, string? Before, string? After);

/// <summary>What a deploy does to a service, and whether its running tasks are replaced for it.</summary>
public sealed record ServiceChange(string Service, ChangeKind Kind, bool ReplacesTasks, IReadOnlyList<KeyChange> Keys);
