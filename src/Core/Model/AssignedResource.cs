namespace Orch.Core.Model;

/// <summary>A generic resource that a task was given on its node: one by its name, or so many that have none.</summary>
public sealed record AssignedResource(string Kind, string? Name, long Count);
