using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>Decisions about secrets and configs.</summary>
internal static class DecideFile
{
    public static Decision For(ClusterState state, ClusterCommand command, StepContext step) => command switch
    {
        CreateFile c => Create(state, c, step),
        UpdateFile c => Update(state, c, step),
        ReplaceFile c => FileReplacement.For(state, c, step),
        RemoveFile c => Remove(state, c),
        _ => throw new UnreachableException(),
    };

    private static Decision Create(ClusterState state, CreateFile c, StepContext step)
    {
        if (FileRules.Check(c.Kind, c.Spec) is { } refusal)
            return Decision.Refuse(refusal.Kind, refusal.Message);
        if (state.FilesByName.Contains(new(c.Kind, c.Spec.Name)))
            return Decision.Refuse(RefusalKind.AlreadyExists, $"{FileRules.WordOf(c.Kind)} {c.Spec.Name} already exists");
        var id = new FileId(step.NewId());
        var spec = c.Spec with { Labels = c.Spec.Labels ?? [] };
        return Decision.Accept(new Reply(id.ToString()), new FileCreated(id, c.Kind, spec, step.Now));
    }

    private static Decision Update(ClusterState state, UpdateFile c, StepContext step)
    {
        var (file, missing) = Lookup.File(state, c.Kind, c.File);
        if (file is null)
            return Decision.Refuse(missing!.Kind, missing.Message);
        if (c.Spec.Name != file.Spec.Name || (c.Spec.Data is { } data && !data.AsSpan().SequenceEqual(file.Spec.Data)))
            return Decision.Refuse(RefusalKind.Invalid, "only updates to Labels are allowed");
        if (FileRules.CheckLabels(c.Spec.Labels) is { } refusal)
            return Decision.Refuse(refusal.Kind, refusal.Message);
        if (file.Version != c.Version)
            return Decision.Refuse(RefusalKind.OutOfSequence, "update out of sequence");
        return Decision.Accept(new FileLabelsSet(file.Id, c.Spec.Labels ?? [], step.Now));
    }

    private static Decision Remove(ClusterState state, RemoveFile c)
    {
        var (file, missing) = Lookup.File(state, c.Kind, c.File);
        if (file is null)
            return Decision.Refuse(missing!.Kind, missing.Message);
        var users = state.UsersOf(file.Id)
            .Where(service => FileReferences.In(service.Spec.TaskTemplate).Contains(file.Id))
            .Select(service => service.Spec.Name).Order(StringComparer.Ordinal).ToList();
        if (users.Count > 0)
            return Decision.Refuse(RefusalKind.Invalid, $"{FileRules.WordOf(c.Kind)} '{file.Spec.Name}' is in use by the following "
                + $"service{(users.Count > 1 ? "s" : "")}: {string.Join(", ", users)}");

        // Docker lets go of what the spec before named at once; not where nobody would be asked before it is needed again.
        var updating = state.UsersOf(file.Id)
            .Where(service => service.MayRollBack && FileReferences.In(service.PreviousSpec?.TaskTemplate).Contains(file.Id))
            .Select(service => service.Spec.Name).Min(StringComparer.Ordinal);
        return updating is null ? Decision.Accept(new FileRemoved(file.Id)) : Decision.Refuse(RefusalKind.Invalid,
            $"{FileRules.WordOf(c.Kind)} '{file.Spec.Name}' is in use by the spec that service {updating} rolls back to "
            + "if its update fails: that is still going on, remove it when it is over");
    }
}
