using System.Globalization;

namespace Orch.Manager.Store.Consul;

/// <summary>
/// Names of keys. Records lie in buckets by the revision they begin with, so that one question brings the records of a bucket and none
/// brings all. Numbers are in hexadecimal of one length: Consul sorts by name.
/// </summary>
internal sealed class ConsulKeys(string prefix)
{
    private const int BucketBits = 6;

    /// <summary>Who leads, and at which epoch; its index is the fence of every append.</summary>
    public string Epoch => $"{prefix}/epoch";

    /// <summary>Where the log ends; moves with every append.</summary>
    public string Head => $"{prefix}/head";

    /// <summary>Where it begins, after compactions.</summary>
    public string Base => $"{prefix}/base";

    /// <summary>Which snapshot counts.</summary>
    public string Snapshot => $"{prefix}/snapshot";

    /// <summary>Changes with every renewal and is compared by nobody.</summary>
    public string Renewal => $"{prefix}/renewal";

    public string Log => $"{prefix}/log/";

    /// <summary>Pieces of records that are too large for one value.</summary>
    public string Parts => $"{prefix}/part/";

    public string SnapshotParts => $"{prefix}/snapshot-part/";

    public string Bucket(ulong first) => string.Create(CultureInfo.InvariantCulture, $"{Log}{first >> BucketBits:x14}/");

    public string Record(ulong first) => string.Create(CultureInfo.InvariantCulture, $"{Bucket(first)}{first:x16}");

    /// <summary>Named after the record's first revision, so that it is known when nobody needs them any more.</summary>
    public string PartsOf(ulong first, ulong token) => string.Create(CultureInfo.InvariantCulture, $"{Parts}{first:x16}-{token:x16}/");

    public static string Part(string folder, int number) => string.Create(CultureInfo.InvariantCulture, $"{folder}{number:x8}");

    /// <summary>A record's first revision, from the name of its key.</summary>
    public static ulong? FirstOf(string key) => Number(key[(key.LastIndexOf('/') + 1)..]);

    /// <summary>The revision in the name of a folder of parts: <c>…/REVISION-TOKEN/</c>.</summary>
    public static ulong? RevisionOf(string folder)
    {
        var name = folder.TrimEnd('/');
        return Number(name[(name.LastIndexOf('/') + 1)..].Split('-')[0]);
    }

    private static ulong? Number(string text) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : null;
}
