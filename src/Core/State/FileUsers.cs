using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>
/// Keeps the index from secrets and configs to the services that remember a spec naming them, so that neither "in use by"
/// nor clearing old contents away has to look at every service.
/// </summary>
internal static class FileUsers
{
    public static void Update(ClusterState state, Service? before, Service? after)
    {
        if (before is not null && after is not null && Remembers(before, after))
            return;
        var then = before is null ? [] : FileReferences.In(before).ToHashSet();
        var now = after is null ? [] : FileReferences.In(after).ToHashSet();
        foreach (var file in then.Where(file => !now.Contains(file)))
            Remove(state, file, before!.Id);
        foreach (var file in now.Where(file => !then.Contains(file)))
            Add(state, file, after!.Id);
    }

    /// <summary>Most changes of a service are its update's progress: the same specs, the same objects.</summary>
    private static bool Remembers(Service before, Service after) =>
        ReferenceEquals(before.Spec, after.Spec) && ReferenceEquals(before.PreviousSpec, after.PreviousSpec)
        && ReferenceEquals(before.TaskSpec, after.TaskSpec) && ReferenceEquals(before.PreviousTaskSpec, after.PreviousTaskSpec)
        && before.History == after.History;

    private static void Add(ClusterState state, FileId file, ServiceId service)
    {
        var users = state.FileUsers.TryGet(file, out var known) ? known : default;
        state.FileUsers = state.FileUsers.With(state.Token, file, users.With(state.Token, service, true));
    }

    private static void Remove(ClusterState state, FileId file, ServiceId service)
    {
        if (!state.FileUsers.TryGet(file, out var users))
            return;
        users = users.Without(state.Token, service);
        state.FileUsers = users.Count == 0
            ? state.FileUsers.Without(state.Token, file)
            : state.FileUsers.With(state.Token, file, users);
    }
}
