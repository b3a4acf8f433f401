using System.Globalization;
using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Output.Templates;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Names;

internal static class DnsQueryCommand
{
    public static Command Definition => new()
    {
        Name = "dns query",
        Usage = "[OPTIONS] NAME --from TASK",
        Summary = "Show what a task is told when it asks for a name",
        Details = "The name server of the machine that runs the task answers as it would answer the task: from all networks of the\n" +
            "task, its own stack first. TASK is an id, a full name, or SERVICE.SLOT. An address as NAME asks for its name (PTR).\n" +
            "Exit code 0 when there is an answer, 1 when there is none.",
        Flags =
        [
            Flag.Value("from", "task", "Task that asks"),
            Flag.Value("type", "type", "Type of record: A, AAAA, SRV, PTR, TXT, MX or CNAME (default A, or PTR for an address)"),
            Flag.Value("format", "string", "Format output: 'json' or a Go TEMPLATE like '{{.Code}}'", letter: 'f'),
        ],
        MinWords = 1,
        MaxWords = 1,
        Examples = "orch dns query db --from web.1\norch dns query _http._tcp.web --type SRV --from front.2\norch dns query 10.128.0.5 --from web.1",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        if (call.Flags.Text("from") is not { Length: > 0 } from)
            throw new UsageException("orch dns query: --from TASK says which task asks");
        var (name, type) = Question(call.Words[0], call.Flags.Text("type"));
        var body = call.Client.Get(Query.Path("/orch/v1/dns",
            "name=" + Query.Segment(name), "from=" + Query.Segment(from), "type=" + Query.Segment(type)));
        var answer = ApiJson.Read(body, ApiJson.Default.DnsAnswerView);
        if (call.Flags.Text("format") is { Length: > 0 } format)
        {
            var json = System.Text.Json.JsonSerializer.Deserialize(body, ApiJson.Default.JsonElement);
            call.Out.WriteLine(Template.Parse(format == "json" ? "{{json .}}" : format).Render(json));
        }
        else
            Write(call.Out, answer);
        return answer.Answers.Count > 0 ? 0 : 1;
    }

    /// <summary>An address stands for the name that its PTR record has.</summary>
    private static (string Name, string Type) Question(string word, string? type)
    {
        var parts = word.Split('.');
        var isAddress = parts.Length == 4 && parts.All(part => byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        return isAddress && type?.ToUpperInvariant() is null or "PTR" && isAddress
            ? (string.Join('.', parts.Reverse()) + ".in-addr.arpa", "PTR") : (word, type ?? "A");
    }

    private static void Write(TextWriter to, DnsAnswerView answer)
    {
        to.WriteLine($"{answer.Type} {answer.Name}: {answer.Code}{(answer.Code == "NOERROR" && answer.Answers.Count == 0 ? ", no data" : "")}"
            + $"{(answer.Truncated ? ", truncated" : "")} (asked by {answer.Task} at {answer.Server} on {answer.Node}; {Whose(answer)})");
        if (answer.Answers.Count + answer.Extras.Count == 0)
            return;
        to.WriteLine();
        var lines = new List<string> { "NAME\tTTL\tTYPE\tVALUE\tNETWORK\tFROM" };
        lines.AddRange(answer.Answers.Concat(answer.Extras).Select(record => string.Create(CultureInfo.InvariantCulture,
            $"{record.Name}\t{record.TTL}\t{record.Type}\t{record.Value}\t{record.Network ?? "-"}\t{From(record)}")));
        TextColumns.Write(to, lines);
    }

    private static string Whose(DnsAnswerView answer) =>
        answer.Forwarded ? "the machine's own name servers answered" : "the cluster's name";

    private static string From(DnsRecordView record) =>
        record.Task is { } task ? $"task {task}" : record.Service is { } service ? $"service {service}" : "-";
}
