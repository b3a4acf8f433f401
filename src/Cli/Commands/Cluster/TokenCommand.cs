using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Contracts.Machine;

namespace Orch.Cli.Commands.Cluster;

internal static class TokenCommand
{
    public static Command Definition => new()
    {
        Name = "token",
        Usage = "[OPTIONS] worker|manager",
        Summary = "Show or rotate the token that machines join with",
        Details = "Whoever has the token can join. Rotating it makes the old one worthless; machines that joined stay joined.",
        Flags = [Flag.Switch("quiet", "Only display the token", 'q'), Flag.Switch("rotate", "Replace the token by a new one")],
        MinWords = 1,
        MaxWords = 1,
        Examples = "orch token worker\nssh node2 orch join --token $(orch token -q worker) 10.0.0.1",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var role = call.Words[0];
        if (role is not ("worker" or "manager"))
            throw new CommandException($"unknown role {role}: worker or manager");
        var swarm = call.Client.Get("/swarm", ApiJson.Default.SwarmView);
        if (call.Flags.On("rotate"))
        {
            var path = Query.Path("/swarm/update", $"rotateManagerToken={Word(role == "manager")}",
                "rotateManagerUnlockKey=false", $"rotateWorkerToken={Word(role == "worker")}", $"version={swarm.Version.Index}");
            call.Client.Post(path, ApiJson.Write(swarm.Spec, ApiJson.Default.ClusterSpecView));
            swarm = call.Client.Get("/swarm", ApiJson.Default.SwarmView);
            if (!call.Flags.On("quiet"))
                call.Out.WriteLine($"Successfully rotated {role} join token.\n");
        }
        var token = role == "worker" ? swarm.JoinTokens?.Worker : swarm.JoinTokens?.Manager;
        if (string.IsNullOrEmpty(token))
            throw new CommandException("the manager gave no token: only an administrator of the cluster may see it");
        if (call.Flags.On("quiet"))
            call.Out.WriteLine(token);
        else
            WriteJoin(call, role, token);
        return 0;
    }

    public static void WriteJoin(Invocation call, string role, string token)
    {
        var self = call.Client.Get("/info", ApiJson.Default.InfoView).Swarm;
        var address = self.RemoteManagers is { Count: > 0 } managers ? managers[0].Addr : self.NodeAddr;
        var suffix = $":{MachineConfig.DefaultPort}";
        if (address.EndsWith(suffix, StringComparison.Ordinal))
            address = address[..^suffix.Length];
        call.Out.WriteLine($"To add a {role} to this cluster, run the following command on it:\n\n" +
            $"    orch join --token {token} {address}\n");
    }

    private static string Word(bool value) => value ? "true" : "false";
}
