using Orch.Contracts.Machine;

namespace Orch.Manager.Store;

/// <summary>
/// Which store this manager uses: the one it was told at its beginning, which it remembers beside its keys. A restart needs no
/// option, and another one than remembered is refused, since that would be another cluster's history.
/// </summary>
internal static class StoreChoice
{
    /// <summary>Wanted: from the command line, null when nothing was said. Password: of the environment, for a PostgreSQL address without.</summary>
    /// <exception cref="InvalidDataException">Another store than the one that holds this machine's cluster.</exception>
    public static StoreAddress Decide(StoreAddress? wanted, MachinePaths paths, string? password)
    {
        var isMember = MachineConfig.Load(paths.NodeFile) is not null;
        var remembered = StoreFile.Load(paths.StoreFile) ?? (isMember ? StoreAddress.Sqlite : null);
        if (wanted is null)
            return remembered ?? StoreAddress.Sqlite;
        var isSame = remembered is not null && wanted.IsSamePlace(remembered);
        if (isMember && !isSame)
        {
            throw new InvalidDataException($"this machine's cluster is in {remembered}, not in {wanted} (--store): start without --store. "
                + "To move the cluster: orch store migrate. If it is the same store at another address, change it in "
                + $"{paths.StoreFile}.");
        }
        if (wanted.Secret.Length > 0 || wanted.Kind == StoreKind.Sqlite)
            return wanted;
        if (wanted.Kind == StoreKind.Postgres && password is { Length: > 0 })
            return wanted with { Secret = password };
        return isSame ? wanted with { Secret = remembered!.Secret } : wanted;
    }

    /// <summary>Handed over: the file that said it, not needed from here on.</summary>
    public static void Remember(StoreAddress address, MachinePaths paths, string? handedOver = null)
    {
        if (StoreFile.Load(paths.StoreFile) != address)
            StoreFile.Save(paths.StoreFile, address);
        if (handedOver is not null)
            File.Delete(handedOver);
    }
}
