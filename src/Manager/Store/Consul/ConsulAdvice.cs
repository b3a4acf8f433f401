namespace Orch.Manager.Store.Consul;

/// <summary>What to do next, in the words that end an error.</summary>
internal static class ConsulAdvice
{
    public const string Restore =
        "Nothing was changed. Find out who wrote to these keys, and restore a backup of the cluster or a snapshot of Consul.";
}
