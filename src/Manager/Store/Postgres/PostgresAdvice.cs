namespace Orch.Manager.Store.Postgres;

/// <summary>What to do next, in the words that end an error.</summary>
internal static class PostgresAdvice
{
    public const string Restore =
        "Nothing was changed. Check the server's disk and log, and restore a backup of the database or of the cluster.";
}
