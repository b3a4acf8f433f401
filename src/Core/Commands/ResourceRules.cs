using Orch.Core.Model.Specs;

namespace Orch.Core.Commands;

/// <summary>What limits and reservations must fulfil.</summary>
internal static class ResourceRules
{
    private const long MinMemoryBytes = 4 * 1024 * 1024;
    private const long MinNanoCpus = 1_000_000;

    public static Refusal? Check(ResourceRequirements? resources) =>
        CheckAmounts(resources?.Limits?.NanoCPUs, resources?.Limits?.MemoryBytes)
        ?? CheckAmounts(resources?.Reservations?.NanoCPUs, resources?.Reservations?.MemoryBytes)
        ?? CheckGeneric(resources?.Reservations?.GenericResources) ?? CheckSwap(resources);

    private static Refusal? CheckAmounts(long? nanoCpus, long? memoryBytes)
    {
        if (nanoCpus is not (null or 0) && nanoCpus < MinNanoCpus)
            return Invalid($"invalid cpu value {nanoCpus.Value / 1e9:0.#########}: Must be at least {MinNanoCpus / 1e9:0.###}");
        if (memoryBytes is not (null or 0) && memoryBytes < MinMemoryBytes)
            return Invalid($"invalid memory value {memoryBytes}: Must be at least 4MiB");
        return null;
    }

    /// <summary>So many of a kind; which ones is the cluster's choice.</summary>
    private static Refusal? CheckGeneric(List<GenericResource>? resources)
    {
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        foreach (var resource in resources ?? [])
        {
            if (resource.NamedResourceSpec is { } named)
                return Invalid($"invalid argument for resource {named.Kind}");
            var (kind, value) = (resource.DiscreteResourceSpec?.Kind ?? "", resource.DiscreteResourceSpec?.Value ?? 0);
            if (kind.Length == 0 || value < 1)
                return Invalid($"generic resource \"{kind}={value}\": a kind and a number of at least 1 are needed");
            if (!kinds.Add(kind))
                return Invalid($"generic resource {kind} is asked for twice: ask for the sum");
        }
        return null;
    }

    private static Refusal? CheckSwap(ResourceRequirements? resources)
    {
        if (resources?.SwapBytes is < -1)
            return Invalid($"invalid swap value {resources.SwapBytes}: -1 is unlimited, 0 is none");
        if (resources?.SwapBytes is not null && resources.Limits?.MemoryBytes is not > 0)
            return Invalid("a limit of swap needs a limit of memory: give --limit-memory too");
        return resources?.MemorySwappiness is < -1 or > 100
            ? Invalid($"invalid memory swappiness {resources.MemorySwappiness}: expected 0 to 100, or -1 for the engine's default") : null;
    }

    private static Refusal Invalid(string message) => new(RefusalKind.Invalid, message);
}
