using Orch.Core.Model.Specs;

namespace Orch.Core.Model;

/// <summary>How far the other service must be. The words are compose's.</summary>
public enum DependencyCondition
{
    Started,
    Healthy,
    Completed,
}

/// <summary>
/// Tasks of a service that may start only when another service is so far. One that is not required is no reason to wait
/// while it does not exist.
/// </summary>
public sealed record ServiceDependency(string Service, DependencyCondition Condition, bool Required = true)
{
    /// <summary>
    /// Docker's spec has no word for it. A label is kept by every client that writes back what it read, belongs to the
    /// revision that a rollback goes back to, and restarts no task.
    /// </summary>
    public const string Label = "orch.depends_on";
    private const int Most = 100;
    private const string Optional = "optional";

    /// <summary>What a valid spec depends on; empty for most.</summary>
    public static IReadOnlyList<ServiceDependency> Of(ServiceSpec spec) =>
        spec.Labels?.GetValueOrDefault(Label) is { Length: > 0 } text && TryParse(text, out var all) ? all : [];

    /// <summary>db:service_healthy,cache:service_started:optional</summary>
    public static string Format(IEnumerable<ServiceDependency> all) => string.Join(',', all.Select(one =>
        $"{one.Service}:{Word(one.Condition)}{(one.Required ? "" : ":" + Optional)}"));

    public static bool TryParse(string text, out IReadOnlyList<ServiceDependency> dependencies)
    {
        var all = new List<ServiceDependency>();
        dependencies = all;
        var items = text.Split(',', Most + 1);
        foreach (var item in items)
        {
            var parts = item.Split(':');
            if (parts.Length is < 2 or > 3 || parts[0].Length == 0 || ConditionOf(parts[1]) is not { } condition
                || (parts.Length == 3 && parts[2] != Optional))
                return false;
            all.Add(new(parts[0], condition, parts.Length == 2));
        }
        return items.Length <= Most;
    }

    private static string Word(DependencyCondition condition) => condition switch
    {
        DependencyCondition.Healthy => "service_healthy",
        DependencyCondition.Completed => "service_completed_successfully",
        _ => "service_started",
    };

    private static DependencyCondition? ConditionOf(string word) => word switch
    {
        "service_started" => DependencyCondition.Started,
        "service_healthy" => DependencyCondition.Healthy,
        "service_completed_successfully" => DependencyCondition.Completed,
        _ => null,
    };
}
