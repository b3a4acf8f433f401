using Orch.Contracts.Machine;
using Orch.Manager.Security;
using Orch.Manager.Store;
using Orch.Manager.Writing;

namespace Orch.Manager.Hosting;

/// <summary>
/// Whether a new cluster may begin in a store that others can reach, too: only where there is none, or where this machine began
/// one itself and was interrupted, which the keys tell. Looked at before anything is written or anybody's leadership taken.
/// </summary>
internal static class StoreClaim
{
    /// <exception cref="InvalidDataException">There is a cluster already, and it is not this machine's.</exception>
    public static async Task CheckAsync(
        IEventLog log, LogHead head, StoreAddress address, MachinePaths paths, IRecordCipher cipher, CancellationToken cancellation)
    {
        if (MachineConfig.Load(paths.NodeFile) is { } member)
        {
            if (head.Revision == 0)
                throw new InvalidDataException($"{EventLogs.Location(address, paths.ManagerDir)} is empty, but this machine is part of cluster "
                    + $"{member.ClusterId}: bring its log back from a backup, or correct the address in {paths.StoreFile}");
            return;
        }
        if (head.Revision == 0 || address.Kind == StoreKind.Sqlite)
            return;
        var began = FoundingMark.Load(paths) is not null && StoreFile.Load(paths.StoreFile) is { } begun && begun.IsSamePlace(address);
        if (!began || !await IsOursAsync(log, cipher, cancellation))
            throw new InvalidDataException($"{address} holds a cluster already, and this machine is not in it: `orch join` adds it there as a "
                + (address.Kind == StoreKind.Postgres ? "manager; another ?schema= is the place for a new cluster"
                    : "manager; another prefix is the place for a new cluster"));
    }

    /// <summary>For a machine that is about to become one of several managers: it must have reached what the others use.</summary>
    /// <exception cref="InvalidDataException">It did not.</exception>
    public static async Task CheckJoiningAsync(
        IEventLog log, LogHead head, StoreAddress address, IRecordCipher cipher, CancellationToken cancellation)
    {
        if (head.Revision == 0)
            throw new InvalidDataException($"{address} is empty as seen from this machine, so it is not where the cluster's state is: "
                + "the store needs an address that means the same on every manager (not localhost)");
        if (!await IsOursAsync(log, cipher, cancellation))
            throw new InvalidDataException($"{address} holds another cluster, as seen from this machine: the keys of this one do not open it");
    }

    private static async Task<bool> IsOursAsync(IEventLog log, IRecordCipher cipher, CancellationToken cancellation)
    {
        try
        {
            var state = await Replay.RunAsync(log, cancellation);
            if (state.Cluster?.SecretsSealed is { } secrets)
                ClusterSecrets.Open(secrets, cipher);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or LogCorruptException or LogLockedException)
        {
            return false;   // sealed with keys of another cluster
        }
    }
}
