using System.Text.Json;
using Orch.Core.State;
using Orch.Manager;
using Orch.Manager.Hosting;
using Orch.Manager.Store;

namespace Orch.Tests.Manager;

public sealed class ManagerOptionsTests
{
    [Fact]
    public void A_lost_tail_is_accepted_only_when_asked_for()
    {
        Assert.False(ManagerOptions.Parse([]).AcceptLostTail);
        Assert.True(ManagerOptions.Parse(["--accept-lost-tail", "--listen", ":1"]).AcceptLostTail);
        Assert.Contains("--accept-lost-tail", ManagerOptions.Help, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_restart_cannot_mend_has_an_exit_code_of_its_own()
    {
        Assert.Equal(78, ExitCodes.For(new LogCorruptException("log.db", 1, "damaged", "")));
        Assert.Equal(78, ExitCodes.For(new FoldException("")));
        Assert.Equal(78, ExitCodes.For(new JsonException("")));
        Assert.Equal(1, ExitCodes.For(new LogFatalException("fsync failed")));
        Assert.Equal(1, ExitCodes.For(new IOException("address in use")));
    }

    [Fact]
    public void Address_pools_are_read_and_refused_where_no_subnet_could_be_cut_from_them()
    {
        var options = ManagerOptions.Parse(["--bootstrap", "--default-addr-pool=10.20.0.0/16", "--default-addr-pool", "10.30.0.0/16",
            "--default-addr-pool-mask-length", "24"]);
        Assert.Equal(["10.20.0.0/16", "10.30.0.0/16"], options.ClusterSettings!.AddressPools.Select(block => block.ToString()));
        Assert.Equal(24, options.ClusterSettings.SubnetLength);
        Assert.Null(ManagerOptions.Parse(["--bootstrap"]).ClusterSettings);
        Assert.Contains("/8 cannot be cut", Assert.Throws<FormatException>(() => ManagerOptions.Parse(
            ["--default-addr-pool=10.20.0.0/16", "--default-addr-pool-mask-length=8"])).Message, StringComparison.Ordinal);
    }
}
