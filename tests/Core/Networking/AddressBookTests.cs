using Orch.Core.Model;
using Orch.Core.Networking;
using Orch.Core.State;

namespace Orch.Tests.Core.Networking;

public sealed class AddressBookTests
{
    private readonly EditToken _token = new();

    private AddressBook Book(string subnet, string? range = null, params string[] auxiliary) => new(_token, new()
    {
        Id = new(1),
        Spec = new()
        {
            Name = "front",
            IPAM = new() { Config = [new() { Subnet = subnet, AuxiliaryAddresses = auxiliary.ToDictionary(one => one) }] },
        },
        Subnets = [new(subnet, IpPrefix.Parse(subnet).At(1).ToString(), range)],
        Vni = 1,
        CreatedAt = default,
    });

    private List<string> TakeAll(AddressBook book)
    {
        var all = new List<string>();
        while (book.Next is { } next)
        {
            all.Add(next);
            book = book.With(_token, next, isTasks: true);
        }
        Assert.Equal((uint)all.Count, book.Capacity);
        Assert.Equal(all.Count, book.Tasks);
        Assert.Equal(0u, book.Free);
        return all;
    }

    [Theory]
    [InlineData("10.0.0.0/29", null, 5, "10.0.0.2", "10.0.0.6")]
    [InlineData("10.0.0.0/28", null, 13, "10.0.0.2", "10.0.0.14")]
    [InlineData("10.0.0.0/27", null, 26, "10.0.0.2", "10.0.0.27")]
    [InlineData("10.0.0.0/25", null, 122, "10.0.0.2", "10.0.0.123")]
    [InlineData("10.0.0.0/24", null, 238, "10.0.0.2", "10.0.0.239")]
    [InlineData("10.128.0.0/20", null, 4078, "10.128.0.2", "10.128.15.239")]
    [InlineData("10.0.0.0/24", "10.0.0.192/26", 48, "10.0.0.192", "10.0.0.239")]
    [InlineData("10.0.0.0/24", "10.0.0.0/30", 2, "10.0.0.2", "10.0.0.3")]
    public void A_subnet_gives_all_but_its_own_addresses_and_the_engines(
        string subnet, string? range, int capacity, string first, string last)
    {
        var all = TakeAll(Book(subnet, range));
        Assert.Equal((capacity, first, last), (all.Count, all[0], all[^1]));
        Assert.Equal(all.Count, all.Distinct().Count());
        if (NetworkLayout.EngineRange(IpPrefix.Parse(subnet)) is { } engines)
            Assert.DoesNotContain(all, address => engines.Contains(IpAddr.Parse(address)));
    }

    [Fact]
    public void Auxiliary_addresses_are_never_given() =>
        Assert.Equal(["10.0.0.2", "10.0.0.4", "10.0.0.6"], TakeAll(Book("10.0.0.0/29", null, "10.0.0.3", "10.0.0.5", "10.0.0.7")));

    [Fact]
    public void A_range_within_the_engines_part_gives_nothing() => Assert.Null(Book("10.0.0.0/24", "10.0.0.248/29").Next);

    [Fact]
    public void A_freed_address_is_used_again_as_late_as_can_be()
    {
        var book = Book("10.0.0.0/29").With(_token, "10.0.0.2", false).With(_token, "10.0.0.3", false);
        book = book.Without(_token, "10.0.0.2", false);
        var given = new List<string>();
        for (; book.Next is { } next; book = book.With(_token, next, false))
            given.Add(next);
        Assert.Equal(["10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.2"], given);
    }

    [Theory]
    [InlineData("10.0.0.0/12", 1)]
    [InlineData("10.0.0.0/16", 2)]
    [InlineData("10.0.0.0/23", 3)]
    public void It_agrees_with_a_set_of_addresses(string subnet, int seed)
    {
        var random = new Random(seed);
        var book = Book(subnet);
        var held = new List<string>();
        for (var step = 0; step < 20_000; step++)
        {
            if (random.Next(3) > 0 && book.Next is { } next)
            {
                Assert.DoesNotContain(next, held.TakeLast(200));
                book = book.With(_token, next, true);
                held.Add(next);
            }
            else if (held.Count > 0)
            {
                var at = random.Next(held.Count);
                book = book.Without(_token, held[at], true);
                Assert.False(book.Has(held[at]));
                held.RemoveAt(at);
            }
            Assert.Equal((uint)held.Count, book.Used);
        }
        Assert.Equal(held.Count, held.Distinct().Count());
        Assert.All(held, address => Assert.True(book.Has(address)));
    }

    [Fact]
    public void What_is_given_twice_or_freed_by_nobody_is_damage()
    {
        var book = Book("10.0.0.0/24").With(_token, "10.0.0.2", true);
        Assert.Throws<FoldException>(() => book.With(_token, "10.0.0.2", true));
        Assert.Throws<FoldException>(() => book.With(_token, "10.0.1.2", true));
        Assert.Throws<FoldException>(() => book.Without(_token, "10.0.0.3", true));
    }

    [Theory]
    [InlineData("10.0.0.0/16", "10.0.255.240/28")]
    [InlineData("10.0.0.0/24", "10.0.0.240/28")]
    [InlineData("10.0.0.0/25", "10.0.0.124/30")]
    [InlineData("10.0.0.0/27", "10.0.0.28/30")]
    [InlineData("10.0.0.0/28", null)]
    public void The_engines_part_is_the_end_of_the_subnet(string subnet, string? range) =>
        Assert.Equal(range, NetworkLayout.EngineRange(IpPrefix.Parse(subnet))?.ToString());
}
