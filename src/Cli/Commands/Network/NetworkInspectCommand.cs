using System.Buffers;
using System.Text.Json;
using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Network;

internal static class NetworkInspectCommand
{
    public static Command Definition => new()
    {
        Name = "network inspect",
        Usage = "[OPTIONS] NETWORK [NETWORK...]",
        Summary = "Show details of networks",
        Details = "Beside what Docker shows there is Orch: addresses given and free, the number of the network's packets (VNI), the\n" +
            "longest packet (MTU), and each machine with its bridge address and how the network stands there, as its agent says.\n" +
            "--verbose also shows the services on them, with their virtual addresses and those of their tasks.",
        Flags =
        [
            Flag.Value("format", "string", "Format output: 'json' or a Go TEMPLATE like '{{.Driver}}'", letter: 'f'),
            Inspecting.PrettyFlag,
            Flag.Switch("verbose", "Show the services and tasks on the networks", 'v'),
        ],
        MinWords = 1,
        MaxWords = int.MaxValue,
        Examples = "orch network inspect --pretty front\norch network inspect -f '{{range .Orch.Machines}}{{.Hostname}} {{.State}} {{end}}' front",
        Run = call => Inspecting.Run(call, name => Fetch(call, name), NetworkPretty.Write),
    };

    private static byte[] Fetch(Invocation call, string name)
    {
        var network = call.Client.Get($"/networks/{Query.Segment(name)}{(call.Flags.On("verbose") ? "?verbose=true" : "")}");

        // Agents are asked for it: a template that shows nothing of it need not wait for them.
        if (call.Flags.Text("format") is { Length: > 0 } format and not "json" && !format.Contains(".Orch", StringComparison.Ordinal))
            return network;
        var id = ApiJson.Read(network, ApiJson.Default.NetworkView).Id;
        var (status, detail) = call.Client.Send("GET", $"/orch/v1/networks/{Query.Segment(id)}", []);
        return status == 200 ? Joined(network, detail) : network;
    }

    /// <summary>Docker's members as they came, ours behind them.</summary>
    private static byte[] Joined(byte[] network, byte[] detail)
    {
        var buffer = new ArrayBufferWriter<byte>(network.Length + detail.Length + 16);
        using var docker = JsonDocument.Parse(network);
        using var ours = JsonDocument.Parse(detail);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in docker.RootElement.EnumerateObject())
                member.WriteTo(writer);
            writer.WritePropertyName("Orch");
            ours.RootElement.WriteTo(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
