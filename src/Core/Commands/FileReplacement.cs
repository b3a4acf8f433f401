using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>
/// New content for a secret or a config: a new object takes the name over, the old one steps aside as NAME.vN, and every
/// service that means "the newest" is updated in the same decision, by its own update rules. A reference by the name NAME.vN is
/// a pin and stays.
/// </summary>
internal static class FileReplacement
{
    public static Decision For(ClusterState state, ReplaceFile c, StepContext step)
    {
        var (old, missing) = Lookup.File(state, c.Kind, c.File);
        if (old is null)
            return Decision.Refuse(missing!.Kind, missing.Message);
        var word = FileRules.WordOf(c.Kind);
        if (old.IsSuperseded)
            return Decision.Refuse(RefusalKind.FailedPrecondition,
                $"{word} {old.Spec.Name} is an old version of {old.Family}: update {old.Family} instead");
        if (old.Version != c.Version)
            return Decision.Refuse(RefusalKind.OutOfSequence, "update out of sequence");
        var spec = Merged(old.Spec, c.Change);
        if (FileRules.Check(c.Kind, spec) is { } refusal)
            return Decision.Refuse(refusal.Kind, refusal.Message);
        if (IsSame(old.Spec, spec))
            return Unchanged(state, old, spec, step);
        var aside = $"{old.Spec.Name}.v{old.Number}";
        if (state.FilesByName.Contains(new(c.Kind, aside)))
            return Decision.Refuse(RefusalKind.AlreadyExists,
                $"{word} {aside} already exists, and the old version would need that name: remove it first");
        var id = new FileId(step.NewId());
        return Roll(state, old, id, new FileCreated(id, c.Kind, spec, step.Now, old.Id, aside), step);
    }

    private static FileSpec Merged(FileSpec old, FileSpec change) => old with
    {
        Data = change.Data ?? old.Data,
        Labels = change.Labels ?? old.Labels,
        Templating = change.Templating ?? old.Templating,
    };

    private static bool IsSame(FileSpec old, FileSpec now) =>
        now.Data.AsSpan().SequenceEqual(old.Data) && now.Templating?.Name == old.Templating?.Name;

    /// <summary>
    /// The same content again is no new version: nothing that has it restarts for it. A service that still means an older one
    /// (its update was sent back, or lost) is updated to it.
    /// </summary>
    private static Decision Unchanged(ClusterState state, ClusterFile old, FileSpec spec, StepContext step) =>
        Roll(state, old, old.Id, ReferenceEquals(spec.Labels, old.Spec.Labels) ? null
            : new FileLabelsSet(old.Id, spec.Labels ?? [], step.Now), step);

    private static Decision Roll(ClusterState state, ClusterFile old, FileId id, ClusterEvent? change, StepContext step)
    {
        var family = state.SupersededFiles.Keys.Where(file => IsOf(state.Files.Get(file), old)).Append(old.Id).ToHashSet();
        List<ClusterEvent> events = change is null ? [] : [change];
        var (rolled, warnings) = (new List<ServiceId>(), new List<string>());
        var users = family.SelectMany(state.UsersOf).DistinctBy(service => service.Id)
            .OrderBy(service => service.Spec.Name, StringComparer.Ordinal);
        foreach (var service in users)
        {
            if (Repointed(service.Spec, old, family, id) is not { } spec)
                continue;
            if (SpecRules.ModeOf(spec) is "replicated-job" or "global-job")
            {
                warnings.Add($"service {spec.Name} is a job and would run again: it keeps the old version");
                continue;
            }
            events.Add(ServiceUpdates.To(service, spec, [.. service.Ports], service.VirtualIps, UpdateState.Updating, step.Now));
            rolled.Add(service.Id);
        }
        return Decision.Accept(new Reply(id.ToString(), warnings.Count == 0 ? null : warnings, rolled), events);
    }

    private static bool IsOf(ClusterFile? file, ClusterFile newest) =>
        file is not null && file.Kind == newest.Kind && file.FormerName == newest.Spec.Name;

    /// <summary>The spec with its references to the newest moved on; null where it has none.</summary>
    private static ServiceSpec? Repointed(ServiceSpec spec, ClusterFile old, HashSet<FileId> family, FileId id)
    {
        var container = spec.TaskTemplate?.ContainerSpec;
        var references = old.Kind == FileKind.Secret ? container?.Secrets : container?.Configs;
        if (references is null || !references.Exists(Means))
            return null;
        var moved = references.ConvertAll(reference => !Means(reference) ? reference
            : old.Kind == FileKind.Secret ? reference with { SecretID = id.ToString() } : reference with { ConfigID = id.ToString() });
        container = old.Kind == FileKind.Secret ? container! with { Secrets = moved } : container! with { Configs = moved };
        return spec with { TaskTemplate = spec.TaskTemplate! with { ContainerSpec = container } };

        bool Means(FileReference reference) => FileRules.Named(old.Kind, reference) is var (file, name)
            && name == old.Spec.Name && Ids.TryParse<FileId>(file, out var named) && named != id && family.Contains(named);
    }
}
