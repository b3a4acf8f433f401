using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>Events of secrets and configs, and their names.</summary>
internal static class FileFold
{
    public static void Apply(ClusterState state, ClusterEvent e, Changes changes)
    {
        switch (e)
        {
            case FileCreated created:
                Create(state, created, changes);
                break;
            case FileLabelsSet set:
                var labelled = Existing(state, set.Id);
                Put(state, labelled with
                {
                    Spec = labelled.Spec with { Labels = set.Labels },
                    UpdatedAt = set.At,
                    Version = state.Revision,
                });
                changes.Touch(set.Id);
                break;
            case FileRemoved removed:
                Remove(state, Existing(state, removed.Id));
                changes.Touch(removed.Id);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Enters a file into the map and the indexes.</summary>
    public static void Put(ClusterState state, ClusterFile file)
    {
        state.Files = state.Files.With(state.Token, file.Id, file);
        state.FilesByName = state.FilesByName.With(state.Token, new(file.Kind, file.Spec.Name), file.Id);
        if (file.IsSuperseded)
            state.SupersededFiles = state.SupersededFiles.With(state.Token, file.Id, true);
    }

    private static void Create(ClusterState state, FileCreated e, Changes changes)
    {
        var number = 1u;
        if (e.Replaces is { } replaced)
        {
            var old = Existing(state, replaced);
            number = old.Number + 1;
            state.FilesByName = state.FilesByName.Without(state.Token, new(old.Kind, old.Spec.Name));
            Put(state, old with
            {
                Spec = old.Spec with { Name = e.ReplacedIsNow ?? throw new FoldException($"{old.Id} is replaced, but not renamed") },
                FormerName = old.Spec.Name,
                UpdatedAt = e.At,
                Version = state.Revision,
            });
            changes.Touch(old.Id);
        }
        if (state.Files.Contains(e.Id) || state.FilesByName.Contains(new(e.Kind, e.Spec.Name)))
            throw new FoldException($"{e.Kind} {e.Spec.Name} exists twice");
        Put(state, new ClusterFile
        {
            Id = e.Id,
            Kind = e.Kind,
            Spec = e.Spec,
            CreatedAt = e.At,
            UpdatedAt = e.At,
            Version = state.Revision,
            Number = number,
        });
        changes.Touch(e.Id);
    }

    private static void Remove(ClusterState state, ClusterFile file)
    {
        state.Files = state.Files.Without(state.Token, file.Id);
        state.FilesByName = state.FilesByName.Without(state.Token, new(file.Kind, file.Spec.Name));
        state.SupersededFiles = state.SupersededFiles.Without(state.Token, file.Id);
    }

    private static ClusterFile Existing(ClusterState state, FileId id) =>
        state.Files.Get(id) ?? throw new FoldException($"file {id} does not exist");
}
