using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Orch.Contracts.Machine;
using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Store.Consul;
using Orch.Testing;

namespace Orch.Tests.Manager.Store;

/// <summary>Real Consul servers as orch makes them beside its managers: three of one machine, at three addresses of its loopback.</summary>
public sealed class EmbeddedConsulTests : INeeds, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orch-ha-");
    private readonly Dictionary<int, Process> _running = [];
    private readonly List<IAsyncDisposable> _open = [];

    public static string? Missing => ConsulServer.Missing;

    [ContractFact]
    public async Task A_server_is_founded_two_are_invited_and_the_log_outlives_any_of_them()
    {
        EmbeddedConsul.Create(FreePort(), TimeProvider.System).Install(Paths(1), Address(1), founds: true);
        Directory.CreateDirectory(Paths(1).ManagerDir);
        StoreFile.Save(Paths(1).StoreFile, EmbeddedConsul.Address(Paths(1)));
        Start(1);
        var first = await LogAsync(1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Paths(1).ConsulSocket));
        var epoch = Assert.IsType<CampaignResult.Won>(await first.CampaignAsync(Epoch.None, new LeaderInfo("one", "a:1"))).Epoch;
        Assert.IsType<AppendResult.Appended>(await first.AppendAsync(epoch, 0, [new EventData(1, new byte[9])]));
        EmbeddedConsul.Load(Paths(1))!.Install(Paths(1), Address(1), founds: false);

        foreach (var number in new[] { 2, 3 })
        {
            var invitation = StoreInvitation.Parse(StoreInvitation.Of(Paths(1), [Address(1)])!.ToBytes());
            invitation.Apply(Paths(number), Address(number));
            Start(number);
        }
        using var servers = new ConsulServers(Options(2));
        await Until.TrueAsync("three servers vote", async () => await Trying(async () =>
            (await servers.ListAsync(default)).Count(server => server.IsVoter) == 3), Patience);

        var second = await LogAsync(2);
        Kill(1);
        await Until.TrueAsync("the others have a leader", () => Trying(async () => await second.AppendAsync(epoch, 1, []) is AppendResult.Appended), Patience);
        Assert.IsType<AppendResult.Appended>(await second.AppendAsync(epoch, 1, [new EventData(2, new byte[9])]));

        Start(1);
        await Until.TrueAsync("the first one is back", () => Trying(async () => await first.AppendAsync(epoch, 2, []) is AppendResult.Appended), Patience);
        Kill(3);
        await Until.TrueAsync("the third one is taken out", () => Trying(() => servers.RemoveAsync(Address(3), default)), Patience);
        Assert.Equal(2, (await servers.ListAsync(default)).Count);
        Assert.IsType<AppendResult.Appended>(await first.AppendAsync(epoch, 2, [new EventData(3, new byte[9])]));
    }

    [Fact]
    public void An_invitation_carries_what_is_needed_and_is_readable_by_its_owner_alone()
    {
        var consul = EmbeddedConsul.Create(4711, TimeProvider.System) with { Servers = ["10.0.0.1"] };
        var sent = new StoreInvitation(EmbeddedConsul.Address(Paths(1)), consul);
        var got = StoreInvitation.Parse(sent.ToBytes());
        Assert.Equal(sent.Store, got.Store);
        Assert.Equal((consul.GossipKey, consul.CaKeyPem, consul.Port), (got.Consul!.GossipKey, got.Consul.CaKeyPem, got.Consul.Port));
        Assert.DoesNotContain(consul.GossipKey, $"{sent} {consul}", StringComparison.Ordinal);

        got.Apply(Paths(2), "10.0.0.2");
        Assert.Equal(EmbeddedConsul.Address(Paths(2)), StoreFile.Load(Paths(2).StoreFile));
        Assert.Contains("\"10.0.0.1:4712\"", File.ReadAllText(Paths(2).ConsulConfig), StringComparison.Ordinal);
        Assert.DoesNotContain("bootstrap", File.ReadAllText(Paths(2).ConsulConfig), StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(Paths(2).ConsulDir), file => Assert.Equal(DurableFile.Private, File.GetUnixFileMode(file)));
        Assert.Equal(["10.0.0.1", "10.0.0.3"], StoreInvitation.Of(Paths(2), ["10.0.0.3"])!.Consul!.Servers);
    }

    [Fact]
    public void An_invitation_to_PostgreSQL_is_its_address_and_of_a_disk_there_is_none()
    {
        var store = StoreAddress.Parse("postgres://orch:pw@db/x");
        StoreInvitation.Parse(new StoreInvitation(store, null).ToBytes()).Apply(Paths(1), "10.0.0.1");
        Assert.Equal("pw", StoreFile.Load(Paths(1).StoreFile)!.Secret);
        Assert.Null(EmbeddedConsul.Load(Paths(1)));
        Assert.Equal(store, StoreInvitation.Of(Paths(1), [])!.Store);
        Assert.Null(StoreInvitation.Of(Paths(2), []));
        Assert.Throws<FormatException>(() => StoreInvitation.Parse("{}"u8));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var log in _open)
            await log.DisposeAsync();
        foreach (var number in _running.Keys.ToList())
            Kill(number);
        _folder.Delete(recursive: true);
    }

    private static string Address(int number) => $"127.0.0.{number}";

    private MachinePaths Paths(int number) => new(Path.Combine(_folder.FullName, $"{number}"), Path.Combine(_folder.FullName, $"{number}"));

    private ConsulLogOptions Options(int number) => new()
    {
        Addresses = [Paths(number).ConsulSocket],
        Prefix = "orch",
        CallWithin = Patience,
        LeaderCallWithin = Patience,
    };

    private void Start(int number) => _running[number] = Process.Start(new ProcessStartInfo("sh",
        ["-c", $"{ConsulServer.Program} agent -config-file {Paths(number).ConsulConfig} >>{_folder.FullName}/{number}.log 2>&1 & "
            + "p=$!; read end; kill -9 $p; wait $p 2>/dev/null"])
    { RedirectStandardInput = true })!;

    private void Kill(int number)
    {
        _running.Remove(number, out var process);
        process!.StandardInput.Close();
        Assert.True(process.WaitForExit(Patience));
        process.Dispose();
    }

    private async Task<IEventLog> LogAsync(int number)
    {
        var log = EventLogs.Open(EmbeddedConsul.Address(Paths(number)), new EventLogOptions { ManagerDir = Paths(number).ManagerDir });
        _open.Add(log);
        await Until.TrueAsync("the log opens", () => Trying(async () => await log.OpenAsync() is not null), Patience);
        return log;
    }

    private static async Task<bool> Trying(Func<Task<bool>> call)
    {
        try
        {
            return await call();
        }
        catch (LogException)
        {
            return false;
        }
    }

    /// <summary>One that is free together with the next.</summary>
    private static int FreePort()
    {
        for (var port = 20_000 + Environment.ProcessId % 5_000 * 2; ; port += 2)
        {
            try
            {
                foreach (var probe in new[] { port, port + 1 })
                    using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
                        socket.Bind(new IPEndPoint(IPAddress.Any, probe));
                return port;
            }
            catch (SocketException) when (port < 60_000)
            {
                // Somebody's.
            }
        }
    }
}
