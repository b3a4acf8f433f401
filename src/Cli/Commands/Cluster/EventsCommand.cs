using System.Globalization;
using System.Text.Json;
using Orch.Cli.Http;
using Orch.Cli.Logs;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Cluster;

internal static class EventsCommand
{
    private const int Interrupted = 130;

    public static Command Definition(string name) => new()
    {
        Name = name,
        Summary = "Show what happens in the cluster",
        Details = "With --since, what the manager remembers from then on first; with --until it ends.",
        Flags =
        [
            Flag.List("filter", "Show only: KEY=VALUE with KEY one of type, event, scope, service, node, network, secret, config, label",
                "filter", 'f'),
            Flag.Value("format", "string", "Format output: 'json' or a Go TEMPLATE like '{{.Type}} {{.Action}}'"),
            Flag.Value("since", "string", "Show all events created since timestamp"),
            Flag.Value("until", "string", "Stream events until this timestamp"),
        ],
        Examples = "orch events --since 1h --filter type=service\norch events --format json --until 0s --since 10m",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var filters = Query.Filters(call.Flags.All("filter"));
        var query = new List<string> { Query.Encode(filters) };
        foreach (var limit in new[] { "since", "until" })
            if (call.Flags.Text(limit) is { Length: > 0 } text)
                query.Add($"{limit}={LogFlags.Moment(limit, text, call.Terminal.Clock)}");
        var format = call.Flags.Text("format");
        var template = format is null or "" ? null : Listing.LineTemplate(format);
        var (connection, lines) = call.Client.Open(Query.Path("/events", [.. query]));
        using var _ = connection;
        using var stop = call.Terminal.Interrupted.Register(connection.Dispose);
        try
        {
            foreach (var line in lines.ReadLines())
            {
                var happened = JsonSerializer.Deserialize(line, ApiJson.Default.JsonElement);
                call.Out.WriteLine(template?.Render(happened) ?? Text(happened));
                call.Out.Flush();
            }
            return 0;
        }
        catch (Exception) when (call.Terminal.Interrupted.IsCancellationRequested)
        {
            return Interrupted;
        }
    }

    /// <summary>2026-11-21T02:12:57.090843965Z service update ID (name=web, replicas.new=3)</summary>
    private static string Text(JsonElement happened)
    {
        var actor = happened.GetProperty("Actor");
        var about = actor.GetProperty("Attributes").EnumerateObject().OrderBy(pair => pair.Name, StringComparer.Ordinal)
            .Select(pair => $"{pair.Name}={pair.Value.GetString()}");
        var (seconds, nanos) = Math.DivRem(happened.GetProperty("timeNano").GetInt64(), 1_000_000_000);
        var moment = DateTimeOffset.FromUnixTimeSeconds(seconds).ToLocalTime();
        var zone = moment.Offset == TimeSpan.Zero ? "Z" : moment.ToString("zzz", CultureInfo.InvariantCulture);
        var time = string.Create(CultureInfo.InvariantCulture, $"{moment:yyyy-MM-dd'T'HH:mm:ss}.{nanos:D9}{zone}");
        return $"{time} {happened.GetProperty("Type").GetString()} {happened.GetProperty("Action").GetString()} "
            + $"{actor.GetProperty("ID").GetString()} ({string.Join(", ", about)})";
    }
}
