using System.Globalization;

namespace Orch.Bench.Net;

/// <summary>The figures of all rounds, as tables for docs/networking.md. Ratios are of two paths of the same round.</summary>
internal sealed class NetReport
{
    public const string HandNear = "by hand, one machine", HandNearRules = "by hand, one machine, filtered",
        OrchNear = "orch, one machine", OrchNearVip = "orch, one machine, virtual address",
        Plain = "the machines themselves, no overlay", Hand = "VXLAN by hand", HandRules = "VXLAN by hand, filtered",
        OrchNoRules = "orch, unfiltered", Orch = "orch", OrchVip = "orch, virtual address", Swarm = "Docker Swarm",
        Published = "orch, published port: from outside by one machine to the task on another";

    private static readonly (string Title, string Of, string By)[] _pairs =
    [
        ("orch's overlay beside the same by hand, both filtered", Orch, HandRules),
        ("orch's overlay beside Docker Swarm's", Orch, Swarm),
        ("orch's overlay beside machines without one", Orch, Plain),
        ("a virtual address instead of the task's", OrchVip, Orch),
        ("a virtual address instead of the task's, one machine", OrchNearVip, OrchNear),
        ("orch on one machine beside a bridge by hand, both filtered", OrchNear, HandNearRules),
        ("a published port with its task elsewhere beside the machine itself", Published, Plain),
        ("the price of the packet filter, VXLAN by hand", HandRules, Hand),
        ("the price of the packet filter, orch", Orch, OrchNoRules),
        ("the price of the packet filter, bridge by hand on one machine", HandNearRules, HandNear),
        ("VXLAN by hand, unfiltered, beside machines without", Hand, Plain),
    ];

    private static readonly (string Title, Func<NetSample, double> Of, string Format)[] _measures =
    [
        ("one stream, Gbit/s", sample => sample.Throughput, "f1"),
        ("round trip p50, µs", sample => sample.Median, "f1"),
        ("p99, µs", sample => sample.P99, "f0"),
        ("short connections/s", sample => sample.Connections, "n0"),
        ("processor, µs a round trip", sample => sample.TripCost, "f1"),
        ("µs a connection", sample => sample.ConnectionCost, "f0"),
    ];

    private readonly Dictionary<string, List<NetSample>> _samples = [];

    public void Add(NetPath path, NetSample sample)
    {
        if (!_samples.TryGetValue(path.Name, out var list))
            _samples[path.Name] = list = [];
        list.Add(sample);
    }

    public void Print(TextWriter output, IEnumerable<string> order)
    {
        Head(output, "path");
        foreach (var name in order.Where(_samples.ContainsKey))
            Row(output, name, measure => Text(Interval.Of(_samples[name].Select(measure.Of)), measure.Format));
        output.WriteLine();
        Head(output, "compared, in the same round");
        foreach (var (title, of, by) in _pairs.Where(pair => _samples.ContainsKey(pair.Of) && _samples.ContainsKey(pair.By)))
            Row(output, title, measure => Text(Interval.Of(_samples[of].Zip(_samples[by], (one, other) => measure.Of(one) / measure.Of(other))), "f2") + " ×");
    }

    private static void Head(TextWriter output, string first)
    {
        output.WriteLine($"| {first} | {string.Join(" | ", _measures.Select(measure => measure.Title))} |");
        output.WriteLine($"|---{string.Concat(_measures.Select(_ => "|--:"))}|");
    }

    private static void Row(TextWriter output, string name, Func<(string Title, Func<NetSample, double> Of, string Format), string> cell) =>
        output.WriteLine($"| {name} | {string.Join(" | ", _measures.Select(cell))} |");

    private static string Text(Interval interval, string format)
    {
        string Number(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Number(interval.Median)} ({Number(interval.Low)} to {Number(interval.High)})";
    }
}
