using Orch.Core.Networking;
using Orch.Tests.Support;

namespace Orch.Tests.Core.Networking;

public sealed class PoolTests
{
    [Theory]
    [InlineData("10.0.0.0/24", 253, "10.0.0.1", "10.0.0.2")]
    [InlineData("10.0.0.0/30", 1, "10.0.0.1", "10.0.0.2")]
    [InlineData("10.0.0.0/31", 1, "10.0.0.0", "10.0.0.1")]
    [InlineData("10.0.0.0/32", 0, "10.0.0.0", null)]
    [InlineData("10.128.0.0/20", 4093, "10.128.0.1", "10.128.0.2")]
    [InlineData("fd00:1::/120", 254, "fd00:1::1", "fd00:1::2")]
    public void A_subnet_gives_all_but_its_own_addresses(string subnet, int capacity, string gateway, string? first)
    {
        var pool = new AddressPool(IpPrefix.Parse(subnet));
        Assert.Equal((ulong)capacity, pool.Capacity);
        Assert.Equal(gateway, pool.Gateway.ToString());
        Assert.Equal(first, pool.Take()?.ToString());
        var taken = new HashSet<IpAddr>();
        while (pool.Take() is { } address)
            Assert.True(taken.Add(address) && pool.Subnet.Contains(address) && address != pool.Gateway);
        Assert.Equal(pool.Capacity, pool.Used);
        Assert.Equal(0UL, pool.FreeCount);
    }

    [Fact]
    public void Freed_addresses_are_reused_last_and_oldest_first()
    {
        var pool = new AddressPool(IpPrefix.Parse("10.0.0.0/29"));
        var all = Enumerable.Range(0, 5).Select(_ => pool.Take()!.Value).ToArray();
        Assert.Null(pool.Take());
        foreach (var n in (int[])[3, 0, 4])
            Assert.True(pool.Free(all[n]));
        Assert.False(pool.Free(all[3]));
        Assert.Equal(AddressClaim.Granted, pool.TryReserve(all[0]));
        Assert.True(pool.Free(all[0]));
        Assert.Equal([all[3], all[4], all[0]], Enumerable.Range(0, 3).Select(_ => pool.Take()!.Value));
    }

    [Fact]
    public void A_particular_address_is_granted_or_refused_with_the_reason()
    {
        var pool = new AddressPool(IpPrefix.Parse("10.0.0.0/24"), IpAddr.Parse("10.0.0.254"));
        Assert.Equal(AddressClaim.Granted, pool.TryReserve(IpAddr.Parse("10.0.0.1")));
        Assert.Equal(AddressClaim.InUse, pool.TryReserve(IpAddr.Parse("10.0.0.1")));
        Assert.Equal(AddressClaim.Withheld, pool.TryReserve(IpAddr.Parse("10.0.0.254")));
        Assert.Equal(AddressClaim.Withheld, pool.TryReserve(IpAddr.Parse("10.0.0.0")));
        Assert.Equal(AddressClaim.Withheld, pool.TryReserve(IpAddr.Parse("10.0.0.255")));
        Assert.Equal(AddressClaim.OutsideSubnet, pool.TryReserve(IpAddr.Parse("10.0.1.1")));
        Assert.False(pool.Free(IpAddr.Parse("10.0.0.254")));
    }

    [Fact]
    public void A_rebuilt_pool_goes_on_after_the_highest_address()
    {
        var pool = new AddressPool(IpPrefix.Parse("10.0.0.0/29"));
        Assert.True(pool.Restore(IpAddr.Parse("10.0.0.4")));
        Assert.False(pool.Restore(IpAddr.Parse("10.0.0.4")));
        Assert.Equal(["10.0.0.5", "10.0.0.6", "10.0.0.2"], Enumerable.Range(0, 3).Select(_ => $"{pool.Take()}"));
    }

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

    [Fact]
    public void An_ingress_port_belongs_to_one_service_and_keeps_host_mode_out()
    {
        var ports = new PortAllocator();
        var (http, one, two) = (new PortKey(PortProtocol.Tcp, 80), A.ServiceId(1), A.ServiceId(2));
        Assert.Null(ports.TryReserveIngress(http, one));
        Assert.Null(ports.TryReserveIngress(http, one));
        Assert.Equal(one, ports.TryReserveIngress(http, two));
        Assert.Equal(one, ports.TryReserveHost(http, two));
        Assert.Null(ports.TryReserveIngress(http with { Protocol = PortProtocol.Udp }, two));
        ports.Free(http, one);
        Assert.Null(ports.TryReserveHost(http, two));
        Assert.Null(ports.TryReserveHost(http, one));
        Assert.NotNull(ports.TryReserveIngress(http, A.ServiceId(3)));
        ports.Free(http, one);
        ports.Free(http, two);
        Assert.Null(ports.HolderOf(http));
    }

    [Fact]
    public void Dynamic_ports_skip_fixed_ones_run_out_and_come_back_oldest_first()
    {
        var ports = new PortAllocator();
        var service = A.ServiceId(1);
        Assert.Null(ports.TryReserveHost(new(PortProtocol.Tcp, 30001), A.ServiceId(2)));
        var given = new HashSet<int>();
        while (ports.TakeDynamic(PortProtocol.Tcp, service) is { } port)
            Assert.True(given.Add(port.Port) && port.Port is >= 30000 and <= 32767 and not 30001);
        Assert.Equal(2767, given.Count);
        ports.Free(new(PortProtocol.Tcp, 31000), service);
        ports.Free(new(PortProtocol.Tcp, 30500), service);
        Assert.Equal(new PortKey(PortProtocol.Tcp, 31000), ports.TakeDynamic(PortProtocol.Tcp, service));
        Assert.Equal(new PortKey(PortProtocol.Tcp, 30500), ports.TakeDynamic(PortProtocol.Tcp, service));
        Assert.NotNull(ports.TakeDynamic(PortProtocol.Udp, service));
    }

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
