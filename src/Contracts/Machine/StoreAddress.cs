namespace Orch.Contracts.Machine;

/// <summary>
/// Where the cluster's log is, as <c>--store</c> says it: <c>sqlite</c>, <c>postgres://USER:PASSWORD@HOST:PORT/DB?schema=…</c> or
/// <c>consul://TOKEN@HOST:PORT[,HOST:PORT…]/PREFIX</c>. Only <see cref="Text"/> has the password or token in it; what is printed never has.
/// </summary>
public sealed record StoreAddress
{
    public const string DefaultSchema = "orch";
    public const int PostgresPort = 5432;
    public const int ConsulPort = 8500;

    public static readonly StoreAddress Sqlite = new();

    public StoreKind Kind { get; init; }

    /// <summary>HOST:PORT, in the order in which they are tried; or a socket in the file system: for PostgreSQL its directory.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    public string User { get; init; } = "";

    /// <summary>PostgreSQL's password or Consul's token; empty where none is needed.</summary>
    public string Secret { get; init; } = "";

    /// <summary>PostgreSQL's database, or the prefix of all keys in Consul, without a slash at either end.</summary>
    public string Path { get; init; } = "";

    /// <summary>What came after the question mark, by lower-case names.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The schema that holds the tables, in PostgreSQL.</summary>
    public string Schema => Options.GetValueOrDefault("schema", DefaultSchema);

    /// <summary>For people, without what must stay secret: which server and what in it.</summary>
    public string Location => Kind switch
    {
        StoreKind.Postgres => $"{string.Join(',', Hosts)}/{Path}, schema {Schema}",
        StoreKind.Consul => $"{string.Join(',', Hosts)}/{Path}",
        _ => "",
    };

    public string KindName => StoreAddressText.Name(Kind);

    /// <summary>With the secret: for files that only root reads and for other managers, not for logs.</summary>
    public string Text => StoreAddressText.Write(this, Secret);

    /// <exception cref="FormatException">Says what is wrong, without repeating a secret.</exception>
    public static StoreAddress Parse(string text) => StoreAddressText.Parse(text);

    /// <summary>Whether this is the same log, whoever asks and however it proves who it is.</summary>
    public bool IsSamePlace(StoreAddress other) => Kind == other.Kind && Path == other.Path
        && (Kind != StoreKind.Postgres || Schema == other.Schema)
        && (Hosts.Count == 0 && other.Hosts.Count == 0 || Hosts.Intersect(other.Hosts, StringComparer.OrdinalIgnoreCase).Any());

    /// <summary>Without password or token.</summary>
    public override string ToString() => StoreAddressText.Write(this, Secret.Length > 0 ? "***" : "");

    public bool Equals(StoreAddress? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}
