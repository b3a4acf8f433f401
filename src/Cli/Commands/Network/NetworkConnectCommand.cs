using Orch.Cli.Http;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Network;

/// <summary>connect and disconnect of single containers: the manager says why that is not the way, and what is.</summary>
internal static class NetworkConnectCommand
{
    public static Command Connect => Definition("connect", "Why a container is not connected to a network by hand",
    [
        Flag.List("alias", "A further name of the container on the network", "strings"),
        Flag.List("driver-opt", "Options of the driver", "strings"),
        Flag.Value("gw-priority", "int", "The network with the highest number has the default gateway"),
        Flag.Value("ip", "string", "IPv4 address"),
        Flag.Value("ip6", "string", "IPv6 address"),
        Flag.List("link", "A link to another container"),
        Flag.List("link-local-ip", "A link-local address of the container", "strings"),
    ]);

    public static Command Disconnect => Definition("disconnect", "Why a container is not disconnected from a network by hand",
        [Flag.Switch("force", "Force the container to disconnect", 'f')]);

    private static Command Definition(string word, string summary, IReadOnlyList<Flag> flags) => new()
    {
        Name = $"network {word}",
        Usage = "[OPTIONS] NETWORK CONTAINER",
        Summary = summary,
        Details = "A task has the networks of its service: orch service update --network-add or --network-rm NETWORK SERVICE.",
        Flags = flags,
        MinWords = 2,
        MaxWords = 2,
        Run = call =>
        {
            call.Client.Post($"/networks/{Query.Segment(call.Words[0])}/{word}", "{}"u8);
            return 0;
        },
    };
}
