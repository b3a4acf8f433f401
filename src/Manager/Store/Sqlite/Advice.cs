namespace Orch.Manager.Store.Sqlite;

/// <summary>What to do next, in the words that end an error.</summary>
internal static class Advice
{
    public const string Restore =
        "Nothing was changed. Keep a copy of the directory, check the disk, and restore a backup.";

    public const string AcceptLoss =
        "Nothing was changed. Restore a backup or the missing file; or, if the loss is to be accepted, run "
        + "orch-manager once with its usual options and --accept-lost-tail.";
}
