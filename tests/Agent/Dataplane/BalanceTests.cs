using System.Text.RegularExpressions;
using Orch.Agent.Dataplanes;
using Orch.Core.Networking;

namespace Orch.Tests.Agent.Dataplane;

public sealed partial class BalanceTests
{
    [Fact]
    public void Clients_stay_where_they_are_unless_their_own_backend_leaves()
    {
        var all = Backends(5);
        var before = Buckets(Balance.ToAddress(all, affinity: true));
        var after = Buckets(Balance.ToAddress(all.Where(backend => backend.TaskId != "t3").ToList(), affinity: true));

        Assert.Equal(before.Count, after.Count);
        Assert.All(before.Zip(after), pair => Assert.True(pair.First == pair.Second || pair.First == "10.0.0.3"));
    }

    [Fact]
    public void Clients_spread_over_all_backends()
    {
        var counts = Buckets(Balance.ToAddress(Backends(8), affinity: true)).CountBy(address => address).ToDictionary();

        Assert.Equal(8, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 10, 80));
    }

    [Fact]
    public void A_single_backend_needs_no_choice() => Assert.Equal("dnat to 10.0.0.1:80", Balance.ToPort(Backends(1), affinity: true, 80));

    private static List<Backend> Backends(int count) =>
        [.. Enumerable.Range(1, count).Select(number => new Backend($"t{number}", IpAddr.Parse($"10.0.0.{number}")))];

    private static List<string> Buckets(string text) => [.. Bucket().Matches(text).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"\d+ : ([0-9.]+)")]
    private static partial Regex Bucket();
}
