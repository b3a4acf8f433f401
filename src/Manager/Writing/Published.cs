using Orch.Core.State;

namespace Orch.Manager.Writing;

/// <summary>
/// A committed view and what differs from the one the watcher saw before; null when everything must be looked at,
/// as at the start of a watch.
/// </summary>
public sealed record Published(ClusterState View, Changes? Changes);
