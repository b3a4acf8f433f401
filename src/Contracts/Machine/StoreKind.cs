namespace Orch.Contracts.Machine;

/// <summary>Where a cluster's log can be: on the one manager's disk, or in a service that all managers reach.</summary>
public enum StoreKind
{
    Sqlite = 0,
    Postgres = 1,
    Consul = 2,
}
