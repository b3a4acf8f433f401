using Orch.Core.Model.Specs;

namespace Orch.Core.Model;

/// <summary>Which secrets and configs a template, or all that a service remembers, names.</summary>
public static class FileReferences
{
    public static IEnumerable<FileId> In(TaskTemplate? template)
    {
        foreach (var reference in template?.ContainerSpec?.Secrets ?? [])
        {
            if (Ids.TryParse<FileId>(reference?.SecretID, out var id))
                yield return id;
        }
        foreach (var reference in template?.ContainerSpec?.Configs ?? [])
        {
            if (Ids.TryParse<FileId>(reference?.ConfigID, out var id))
                yield return id;
        }
    }

    /// <summary>The present spec and whatever a rollback may go back to.</summary>
    public static IEnumerable<FileId> In(Service service) =>
    [
        .. In(service.Spec.TaskTemplate), .. In(service.PreviousSpec?.TaskTemplate),
        .. In(service.TaskSpec.Template), .. In(service.PreviousTaskSpec?.Template),
        .. service.History.SelectMany(kept => In(kept.Spec.TaskTemplate)),
    ];
}
