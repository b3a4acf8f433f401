using Npgsql;

namespace Orch.Manager.Store.Postgres;

/// <summary>The statements, with the schema's name in them.</summary>
internal sealed class PostgresText
{
    public PostgresText(string schema)
    {
        if (schema.Length is 0 or > 48 || char.IsAsciiDigit(schema[0])
            || !schema.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
            throw new ArgumentException($"The schema '{schema}' must be made of lower-case letters, digits and underscores.");
        Schema = $"\"{schema}\"";
        Channel = $"{schema}_log";
    }

    public string Schema { get; }

    /// <summary>On which appends are announced, with the new head.</summary>
    public string Channel { get; }

    public string IsThere => $"SELECT to_regclass('{Schema}.lease') IS NOT NULL";

    /// <summary>One manager at a time makes the tables; needs the right to make a schema, which later openings do not.</summary>
    public string Create => $"""
        SELECT pg_advisory_xact_lock(hashtext('orch {Schema}'));
        CREATE SCHEMA IF NOT EXISTS {Schema};
        CREATE TABLE IF NOT EXISTS {Schema}.meta (
            one boolean PRIMARY KEY DEFAULT true CHECK (one), format integer NOT NULL,
            head bigint NOT NULL, head_chain bigint NOT NULL, base bigint NOT NULL, base_chain bigint NOT NULL,
            incarnation bigint NOT NULL, term bigint NOT NULL, leader_id text, leader_address text,
            snapshot bigint NOT NULL, snapshot_id bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS {Schema}.lease (one boolean PRIMARY KEY DEFAULT true CHECK (one), renewals bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS {Schema}.record (revision bigint PRIMARY KEY, chain bigint NOT NULL, data bytea NOT NULL);
        CREATE SEQUENCE IF NOT EXISTS {Schema}.snapshot_id;
        CREATE TABLE IF NOT EXISTS {Schema}.snapshot_part (
            snapshot bigint NOT NULL, number integer NOT NULL, data bytea NOT NULL, PRIMARY KEY (snapshot, number));
        INSERT INTO {Schema}.meta VALUES (true, {PostgresMeta.Format}, 0, 0, 0, 0, 0, 0, NULL, NULL, 0, 0) ON CONFLICT DO NOTHING;
        INSERT INTO {Schema}.lease VALUES (true, 0) ON CONFLICT DO NOTHING;
        """;

    public string ReadMeta => $"SELECT {PostgresMeta.Columns}, (SELECT renewals FROM {Schema}.lease) FROM {Schema}.meta";

    /// <summary>The same, and where the records begin and end, at one moment.</summary>
    public string ReadEnds => $"""
        SELECT {PostgresMeta.Columns}, (SELECT renewals FROM {Schema}.lease),
            (SELECT min(revision) FROM {Schema}.record), (SELECT max(revision) FROM {Schema}.record) FROM {Schema}.meta
        """;

    /// <summary>
    /// Fence, compare and store in one statement: the head moves if epoch, head and chain are what the writer thinks, and what
    /// is stored and announced hangs on that. No row: nothing happened.
    /// </summary>
    public string Append => $"""
        WITH fence AS (
            UPDATE {Schema}.meta SET head = $5, head_chain = $6
            WHERE incarnation = $1 AND term = $2 AND leader_id IS NOT NULL AND head = $3 AND head_chain = $4 RETURNING head),
        stored AS (
            INSERT INTO {Schema}.record (revision, chain, data)
            SELECT r.revision, r.chain, r.data FROM unnest($7::bigint[], $8::bigint[], $9::bytea[]) AS r (revision, chain, data), fence)
        SELECT pg_notify('{Channel}', head::text) FROM fence
        """;

    public string Campaign => $"""
        UPDATE {Schema}.meta SET incarnation = $3, term = $4, leader_id = $5, leader_address = $6
        WHERE incarnation = $1 AND term = $2 RETURNING term
        """;

    /// <summary>Only a sign of life: it need not survive a crash of the server, so nobody waits for its disk.</summary>
    public string Renew => $"""
        WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))
        UPDATE {Schema}.lease SET renewals = renewals + 1 FROM {Schema}.meta, quick
        WHERE incarnation = $1 AND term = $2 AND leader_id IS NOT NULL RETURNING renewals
        """;

    public string Resign => $"""
        UPDATE {Schema}.meta SET leader_id = NULL, leader_address = NULL WHERE incarnation = $1 AND term = $2 AND leader_id IS NOT NULL
        """;

    public string ChainAt => $"SELECT chain FROM {Schema}.record WHERE revision = $1";

    /// <summary>Rows after a revision up to another, as many as fit into so many bytes; at least one, where there is one.</summary>
    public string ReadPage => $"""
        SELECT revision, chain, data FROM (
            SELECT revision, chain, data, sum(length(data)) OVER (ORDER BY revision) - length(data) AS before FROM (
                SELECT revision, chain, data FROM {Schema}.record WHERE revision > $1 AND revision <= $2 ORDER BY revision LIMIT $3) AS limited
            ) AS counted WHERE before < $4 ORDER BY revision
        """;

    /// <summary>Tables, indexes and what is stored beside them, in bytes.</summary>
    public string Measure => $"""
        SELECT (pg_total_relation_size('{Schema}.record') + pg_total_relation_size('{Schema}.snapshot_part')
            + pg_total_relation_size('{Schema}.meta') + pg_total_relation_size('{Schema}.lease'))::bigint
        """;

    public string ReadBase => $"SELECT base FROM {Schema}.meta";

    /// <summary>Drops a bounded number of records, and says so in the same moment.</summary>
    public string Compact => $"""
        WITH gone AS (DELETE FROM {Schema}.record WHERE revision <= $1 RETURNING revision, chain)
        UPDATE {Schema}.meta SET base = $1, base_chain = (SELECT chain FROM gone WHERE revision = $1) WHERE base < $1
        """;

    public string NextSnapshot => $"SELECT nextval('{Schema}.snapshot_id')";

    public string AddPart => $"INSERT INTO {Schema}.snapshot_part VALUES ($1, $2, $3)";

    /// <summary>
    /// From here on this is the snapshot, if all its parts are there; parts of older ones, also unfinished, go. A newer one that
    /// somebody else saved meanwhile stays.
    /// </summary>
    public string UseSnapshot => $"""
        WITH used AS (
            UPDATE {Schema}.meta SET snapshot = $1, snapshot_id = $2
            WHERE snapshot <= $1 AND snapshot_id < $2 AND (SELECT count(*) FROM {Schema}.snapshot_part WHERE snapshot = $2) = $3
            RETURNING snapshot_id),
        gone AS (DELETE FROM {Schema}.snapshot_part USING used WHERE snapshot < used.snapshot_id)
        SELECT count(*) FROM used
        """;

    public string ReadParts => $"""
        SELECT number, data FROM {Schema}.snapshot_part WHERE snapshot = $1 AND number >= $2 ORDER BY number LIMIT $3
        """;

    /// <summary>A command on a connection, with its parameters in order.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string text, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(value switch
            {
                ulong number => new NpgsqlParameter<long> { TypedValue = unchecked((long)number) },
                long number => new NpgsqlParameter<long> { TypedValue = number },
                int number => new NpgsqlParameter<int> { TypedValue = number },
                string word => new NpgsqlParameter<string> { TypedValue = word },
                byte[] bytes => new NpgsqlParameter<byte[]> { TypedValue = bytes },
                long[] numbers => new NpgsqlParameter<long[]> { TypedValue = numbers },
                byte[][] many => new NpgsqlParameter<byte[][]> { TypedValue = many },
                _ => throw new ArgumentException($"No parameter is made of {value.GetType()}."),
            });
        }
        return command;
    }
}
