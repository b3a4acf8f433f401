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
}
