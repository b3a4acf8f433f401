using System.Globalization;
using System.Numerics;
using System.Text;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

internal readonly record struct Backend(string TaskId, IpAddr Address);

/// <summary>The one statement that chooses among backends: at random, or by the client's address.</summary>
internal static class Balance
{
    private const int BucketsPerBackend = 32;
    private const int FewestBuckets = 256;
    private const int MostBuckets = 4096;

    public static string ToAddress(List<Backend> backends, bool affinity) =>
        Say(backends, affinity, single: backend => backend.Address.ToString(), one: backend => backend.Address.ToString());

    public static string ToPort(List<Backend> backends, bool affinity, ushort port) =>
        Say(backends, affinity, single: backend => $"{backend.Address}:{port}", one: backend => $"{backend.Address} . {port}");

    private static string Say(List<Backend> backends, bool affinity, Func<Backend, string> single, Func<Backend, string> one)
    {
        if (backends.Count == 1)
            return $"dnat to {single(backends[0])}";
        return affinity
            ? $"dnat to jhash ip saddr mod {Buckets(backends.Count)} seed {RuleNames.PortMark} map {{ {Map(ByClient(backends).Select(one))} }}"
            : $"dnat to numgen random mod {backends.Count} map {{ {Map(backends.Select(one))} }}";
    }

    private static string Map(IEnumerable<string> values) =>
        string.Join(", ", values.Select((value, index) => string.Create(CultureInfo.InvariantCulture, $"{index} : {value}")));

    /// <summary>
    /// A client's bucket never changes, and a bucket goes to the backend that wins there: when backends come and go, only
    /// the clients of those that did are given to others.
    /// </summary>
    private static IEnumerable<Backend> ByClient(List<Backend> backends)
    {
        var names = backends.ConvertAll(backend => Encoding.UTF8.GetBytes(backend.TaskId));
        for (var bucket = 0; bucket < Buckets(backends.Count); bucket++)
        {
            var seed = bucket;
            yield return backends[Enumerable.Range(0, names.Count).MaxBy(index => Weight(names[index], seed))];
        }
    }

    private static ulong Weight(byte[] name, int bucket)
    {
        // FNV-1a, then stirred: names that differ in one letter must not win in a row.
        var hash = 14695981039346656037UL;
        foreach (var part in name)
            hash = (hash ^ part) * 1099511628211UL;
        hash ^= (ulong)bucket * 0x9E3779B97F4A7C15UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return hash ^ (hash >> 31);
    }

    private static int Buckets(int backends) =>
        Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)(backends * BucketsPerBackend)), FewestBuckets, MostBuckets);
}
