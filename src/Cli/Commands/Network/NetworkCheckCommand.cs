using System.Globalization;
using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Output.Templates;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Network;

internal static class NetworkCheckCommand
{
    public static Command Definition => new()
    {
        Name = "network check",
        Usage = "[OPTIONS] [NETWORK...]",
        Summary = "Let the machines of networks reach each other, and name what is broken",
        Details = "Every machine of a network sends small and full packets to every other and listens for theirs, and asks its own\n" +
            "name server. For each pair that is broken the direction and the likely cause are told. Nothing is changed, and it\n" +
            "takes a few seconds at most, whatever hangs. Without NETWORK: all networks that a machine has.\n" +
            "Exit code 0 when all is well, 1 when something is not.",
        Flags =
        [
            Flag.Value("format", "string", "Format output: 'json' or a Go TEMPLATE like '{{.OK}}'", letter: 'f'),
            Flag.Switch("verbose", "Show every pair, not only the broken ones", 'v'),
        ],
        MaxWords = int.MaxValue,
        Examples = "orch network check\norch network check --verbose front\norch network check --format '{{range .Networks}}{{range .Problems}}{{.Message}}{{end}}{{end}}'",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var body = call.Client.Post(
            Query.Path("/orch/v1/networks/check", call.Words.Select(name => "network=" + Query.Segment(name))), []);
        var checks = ApiJson.Read(body, ApiJson.Default.NetworkChecksView);
        if (call.Flags.Text("format") is { Length: > 0 } format)
        {
            var json = System.Text.Json.JsonSerializer.Deserialize(body, ApiJson.Default.JsonElement);
            call.Out.WriteLine(Template.Parse(format == "json" ? "{{json .}}" : format).Render(json));
        }
        else
            Write(call, checks);
        return checks.OK ? 0 : 1;
    }

    private static void Write(Invocation call, NetworkChecksView checks)
    {
        if (checks.Networks.Count == 0)
            call.Out.WriteLine("No machine has a network of the cluster now: there is nothing to check.");
        foreach (var network in checks.Networks)
        {
            call.Out.WriteLine($"{network.Name}: {Summary(network)}");
            foreach (var problem in network.Problems)
                call.Out.WriteLine($"  {problem.From}{(problem.To is { } other ? $" -> {other}" : "")}: {problem.Message}");
            if (call.Flags.On("verbose") && network.Pairs.Count > 0)
                WritePairs(call.Out, network);
        }
    }

    private static string Summary(NetworkCheckView network)
    {
        var (machines, pairs) = (network.Machines.Count, network.Pairs.Count);
        var passing = network.Pairs.Count(pair => pair.State == "passes");
        return machines switch
        {
            0 => "no machine has it now",
            1 => network.Problems.Count == 0 ? "ok, on 1 machine" : "1 machine",
            _ when network.Problems.Count == 0 => $"ok, {machines} machines, {pairs} pairs, packets of {Mtu(network)} bytes pass",
            _ => $"{machines} machines, {passing} of {pairs} pairs pass",
        };
    }

    private static string Mtu(NetworkCheckView network) =>
        network.Machines.Where(machine => machine.MTU > 0).Select(machine => machine.MTU).DefaultIfEmpty(0u).Min()
            .ToString(CultureInfo.InvariantCulture);

    private static void WritePairs(TextWriter to, NetworkCheckView network)
    {
        var lines = new List<string> { "  FROM\tTO\tSTATE\tLONGEST\tROUND TRIP" };
        lines.AddRange(network.Pairs.Select(pair => string.Create(CultureInfo.InvariantCulture,
            $"  {pair.From}\t{pair.To}\t{pair.State}\t{(pair.Largest > 0 ? pair.Largest : "-")}\t{RoundTrip(pair)}")));
        TextColumns.Write(to, lines);
    }

    private static string RoundTrip(CheckedPairView pair) => pair.RoundTripMicros == 0 ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{pair.RoundTripMicros / 1000.0:0.00} ms");
}
