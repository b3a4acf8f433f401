using System.Net;
using Orch.Cli.Daemons;
using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Cluster;

internal static class JoinCommand
{
    private const int Attempts = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    public static Command Definition => new()
    {
        Name = "join",
        Usage = "[OPTIONS] HOST[:PORT]",
        Summary = "Join this machine to a cluster",
        Details = "HOST is any manager; `orch token worker` there prints the whole command. The token says which cluster it is:\n" +
            "nothing secret is sent to a machine that cannot prove to be its manager. With the token of `orch token manager` this\n" +
            "machine becomes a manager, too, where the cluster's state is in a store that several share (`orch init --store`).",
        Flags =
        [
            Flag.Value("token", "string", "Token that `orch token` shows on a manager"),
            Flag.Value("availability", "string", "active, pause or drain", "active"),
            MachineCommand.AdvertiseFlag, MachineCommand.DataPathFlag, MachineCommand.ListenFlag, MachineCommand.EngineFlag,
        ],
        MinWords = 1,
        MaxWords = 1,
        Examples = "orch join --token SWMTKN-1-… 10.0.0.1\norch join --token SWMTKN-1-… --advertise-addr eth0 --data-path-addr eth1 10.0.0.1",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        MachineCommand.RequireRoot("join");
        var paths = DaemonPaths.Of(call);
        MachineCommand.RequireNoCluster(paths);
        var token = call.Flags.Text("token")
            ?? throw new CommandException("--token is missing: `orch token worker` on a manager shows it");
        var (host, port) = ManagerAddress.Split(call.Words[0]);
        if (host.Length == 0)
            throw new CommandException($"invalid address {call.Words[0]}: use HOST or HOST:PORT");
        var engine = call.Flags.Text("engine")!;
        using (var probe = EngineProbe.Open(engine))
            probe.RequireNoSwarm();
        var wanted = call.Flags.Text("advertise-addr");
        var advertise = wanted is null && Addresses.Toward(host) is { } own ? own : Addresses.Advertise(wanted);
        var dataPath = MachineCommand.DataPath(call) ?? "";
        var joined = Ask(call, host, port, token, advertise);
        var daemons = new MachineDaemons(paths);
        var machine = Keep(call, paths, joined, new() { AdvertiseAddr = advertise, DataPathAddr = dataPath, Engine = engine });
        if (machine.Role == NodeRole.Manager)
            BecomingManager.Prepare(call, paths, daemons, $"{host}:{port}", advertise);
        machine.Save(paths.Machine.NodeFile);
        daemons.Start(machine);
        if (machine.Role == NodeRole.Manager)
            Readiness.Wait(call, paths);
        call.Out.WriteLine($"This node joined a cluster as a {joined.Identity.Role.Word()}.\n" +
            $"Node {joined.Identity.Node}; `orch node ls` on a manager shows it.");
        return 0;
    }

    /// <summary>A manager that is busy or restarting is asked again; a refusal of the token is final.</summary>
    private static JoinResult.Joined Ask(Invocation call, string host, int port, string token, string advertise)
    {
        var client = new JoinClient(call.Terminal.Clock);
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++, pause *= 2)
        {
            var result = client.JoinAsync(host, port, token, (text, request) => new JoinRequest
            {
                Token = text,
                Csr = request,
                Hostname = Dns.GetHostName(),
                AdvertiseAddr = advertise,
                Listen = call.Flags.Text("listen")!,
                Availability = call.Flags.Text("availability")!,
            }, call.Terminal.Interrupted).GetAwaiter().GetResult();
            if (result is JoinResult.Joined joined)
                return joined;
            var refused = (JoinResult.Refused)result;
            if (!refused.MayRetry || attempt == Attempts)
                throw new CommandException($"could not join: {refused.Reason}");
            if (call.Terminal.Interrupted.WaitHandle.WaitOne(pause))
                throw new CommandException("interrupted; this machine has not joined", 130);
        }
    }

    /// <summary>Keys first, the identity file, which is returned, last: a machine without it has not joined and may try again.</summary>
    private static MachineConfig Keep(Invocation call, DaemonPaths paths, JoinResult.Joined joined, MachineConfig asked)
    {
        Directory.CreateDirectory(paths.Machine.DataRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        NodeCredentials.Save(paths.Machine, joined.KeyPem, joined.CertificatePem, joined.RootPem);
        var isManager = joined.Identity.Role == PeerRole.Manager;
        return asked with
        {
            NodeId = joined.Identity.Node,
            ClusterId = joined.Identity.Cluster,
            Role = isManager ? NodeRole.Manager : NodeRole.Worker,
            Managers = joined.Managers,
            Listen = isManager ? Addresses.Listen(call.Flags.Text("listen")!).ToString() : "",
        };
    }
}
