using Npgsql;
using Orch.Core.Model;

namespace Orch.Manager.Store.Postgres;

/// <summary>The one row that is true of the log as a whole, and the renewal counter that was read with it.</summary>
internal sealed record PostgresMeta(
    ulong Head, ulong HeadChain, ulong Base, ulong BaseChain, Epoch Epoch, LeaderInfo? Leader, ulong Snapshot, long SnapshotId, ulong Renewals)
{
    /// <summary>Of the tables; a manager that does not know a newer one leaves them alone.</summary>
    public const int Format = 1;

    public const string Columns =
        "format, head, head_chain, base, base_chain, incarnation, term, leader_id, leader_address, snapshot, snapshot_id";

    public bool Leads(Epoch epoch) => Leader is not null && Epoch == epoch;

    public LeaderView View => new(Epoch, Leader, Renewals);

    /// <exception cref="LogUnavailableException">Made by a newer version.</exception>
    public static PostgresMeta Read(NpgsqlDataReader row)
    {
        if (row.GetInt32(0) is not Format and var format)
            throw new LogUnavailableException($"The log's tables have format {format}, this build knows {Format}: use the newer orch-manager.");
        ulong Number(int column) => unchecked((ulong)row.GetInt64(column));
        return new(
            Number(1), Number(2), Number(3), Number(4), new Epoch(Number(5), Number(6)),
            row.IsDBNull(7) ? null : new LeaderInfo(row.GetString(7), row.GetString(8)), Number(9), row.GetInt64(10), Number(11));
    }
}
