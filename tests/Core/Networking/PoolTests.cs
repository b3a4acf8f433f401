using Orch.Core.Networking;

namespace Orch.Tests.Core.Networking;

public sealed class PoolTests
{
    [Fact]
    public void Subnets_are_cut_from_the_pool_and_never_overlap_a_users()
    {
        var pool = new SubnetPool();
        Assert.Equal("10.128.0.0/20", pool.Take().ToString());
        Assert.Null(pool.TryReserve(IpPrefix.Parse("10.128.17.0/24")));
        Assert.Null(pool.TryReserve(IpPrefix.Parse("192.168.0.0/16")));
        Assert.Equal("10.128.17.0/24", pool.TryReserve(IpPrefix.Parse("10.128.16.0/20")).ToString());
        Assert.Equal("192.168.0.0/16", pool.TryReserve(IpPrefix.Parse("192.168.7.0/24")).ToString());
        Assert.Equal("10.128.32.0/20", pool.Take().ToString());
        Assert.True(pool.Free(IpPrefix.Parse("10.128.17.0/24")));
        var taken = 2;
        while (pool.Take() is { } subnet)
            taken += SubnetPool.DefaultPool.Contains(subnet) ? 1 : 0;
        Assert.Equal(2048, taken);
        Assert.Contains(IpPrefix.Parse("10.128.16.0/20"), pool.Taken);
    }

    [Theory]
    [InlineData("10.0.0.0/16", 8)]
    [InlineData("10.0.0.0/16", 33)]
    public void A_pool_that_cannot_be_cut_so_is_refused(string block, int length) =>
        Assert.Throws<ArgumentException>(() => new SubnetPool([(IpPrefix.Parse(block), length)]));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Nothing_has_two_owners_and_everything_freed_can_be_had_again(int seed)
    {
        var random = new Random(seed);
        var pool = new NumberPool(200);
        var owned = new HashSet<ulong>();
        for (var step = 0; step < 20_000; step++)
        {
            var number = (ulong)random.Next(200);
            switch (random.Next(3))
            {
                case 0 when pool.Take() is { } taken:
                    Assert.True(owned.Add(taken));
                    break;
                case 1:
                    Assert.Equal(owned.Add(number), pool.TryReserve(number));
                    break;
                case 2:
                    Assert.Equal(owned.Remove(number), pool.Free(number));
                    break;
            }
            Assert.Equal((ulong)owned.Count, pool.UsedCount);
        }
        while (pool.Take() is { } rest)
            Assert.True(owned.Add(rest));
        Assert.Equal(200, owned.Count);
    }

    [Theory]
    [InlineData("10.1")]
    [InlineData("256.0.0.1")]
    [InlineData("167772161")]
    [InlineData("10.0.0.0/24")]
    [InlineData("")]
    public void Text_that_is_no_address_is_refused(string text) => Assert.False(IpAddr.TryParse(text, out _));
}
