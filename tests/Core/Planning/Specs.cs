using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

/// <summary>Service specs for planner tests, read as sentences: <c>Specs.Web(3).Restarting(condition: "none")</c>.</summary>
internal static class Specs
{
    public static ServiceSpec Web(ulong replicas = 1, string name = "web") => new()
    {
        Name = name,
        Mode = new() { Replicated = new() { Replicas = replicas } },
        TaskTemplate = new() { ContainerSpec = new() { Image = "app:1" } },
    };

    public static ServiceSpec Everywhere(string name = "agent") =>
        Web(name: name) with { Mode = new() { Global = new() } };

    public static ServiceSpec Scaled(this ServiceSpec spec, ulong replicas) =>
        spec with { Mode = new() { Replicated = new() { Replicas = replicas } } };

    public static ServiceSpec Running(this ServiceSpec spec, string image) =>
        spec.With(t => t with { ContainerSpec = t.ContainerSpec! with { Image = image } });

    public static ServiceSpec Restarting(
        this ServiceSpec spec, string? condition = null, TimeSpan? delay = null, ulong? max = null, TimeSpan? window = null) =>
        spec.With(t => t with
        {
            RestartPolicy = new()
            {
                Condition = condition,
                Delay = delay?.Ticks * 100,
                MaxAttempts = max,
                Window = window?.Ticks * 100,
            },
        });

    public static ServiceSpec Constrained(this ServiceSpec spec, params string[] constraints) =>
        spec.With(t => t with { Placement = (t.Placement ?? new()) with { Constraints = [.. constraints] } });

    public static ServiceSpec Reserving(this ServiceSpec spec, long memory) =>
        spec.With(t => t with { Resources = new() { Reservations = new() { MemoryBytes = memory } } });

    public static ServiceSpec OnHostPort(this ServiceSpec spec, uint port) => spec with
    {
        EndpointSpec = new()
        {
            Ports = [new() { PublishMode = "host", PublishedPort = port, TargetPort = port, Protocol = "tcp" }],
        },
    };

    public static ServiceSpec Updating(
        this ServiceSpec spec, ulong parallelism = 1, TimeSpan? delay = null, TimeSpan? monitor = null,
        string? order = null, string? onFailure = null, double? ratio = null) =>
        spec with
        {
            UpdateConfig = new()
            {
                Parallelism = parallelism,
                Delay = delay?.Ticks * 100,
                Monitor = monitor?.Ticks * 100,
                Order = order,
                FailureAction = onFailure,
                MaxFailureRatio = ratio,
            },
        };

    private static ServiceSpec With(this ServiceSpec spec, Func<TaskTemplate, TaskTemplate> change) =>
        spec with { TaskTemplate = change(spec.TaskTemplate!) };
}
