using System.Text.Json;

namespace Orch.Tests.Cli.Fakes;

/// <summary>
/// Docker's own command line, recorded: what was typed, what the daemon answered and what was printed. Replayed to
/// orch, whose requests need not be the same, the recorded objects answer by id and by name.
/// </summary>
internal sealed class Recording
{
    private readonly JsonElement _root;
    private readonly List<JsonElement> _exchanges;
    private readonly HashSet<string> _asked = [];

    private Recording(JsonElement root)
    {
        _root = root;
        _exchanges = [.. root.GetProperty("exchanges").EnumerateArray()];
    }

    public static string Folder(string kind) => Path.Combine(AppContext.BaseDirectory, "golden", kind);

    public static Recording Load(string kind, string name) =>
        new(JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(kind), name + ".json"))).RootElement);

    public JsonElement this[string member] => _root.GetProperty(member);
    public string Input => _root.TryGetProperty("stdin", out var text) ? text.GetString() ?? "" : "";
    public List<string> Argv => [.. this["argv"].EnumerateArray().Select(word => word.GetString()!)];

    public FakeAnswer Answer(FakeRequest request)
    {
        var same = _exchanges.Where(e => e.GetProperty("method").GetString() == request.Method
            && e.GetProperty("path").GetString() == request.Path).ToList();
        if (same.Count > 0)
        {
            // A path asked again gets the recorded second answer, where there was one.
            var again = !_asked.Add(request.Path) && same.Count > 1;
            return Answer(same[again ? 1 : 0]);
        }
        var path = request.Path.Split('?')[0];
        if (request.Method == "GET" && path == "/tasks")
            return Answer(_exchanges.First(e => e.GetProperty("path").GetString()!.StartsWith("/tasks", StringComparison.Ordinal)));
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (request.Method == "GET" && parts is [var all])
            return new(200, $"[{string.Join(',', Objects(all).Select(o => o.GetRawText()))}]");
        return request.Method == "GET" && parts is [var kind, var name] ? Find(kind, Uri.UnescapeDataString(name))
            : request.Method == "POST" ? new(200, "{\"ID\":\"created\"}") : new(404, "{\"message\":\"page not found\"}");
    }

    private FakeAnswer Find(string kind, string name)
    {
        foreach (var item in Objects(kind))
            if (item.GetProperty("ID").GetString() == name
                || (item.TryGetProperty("Spec", out var spec) && spec.TryGetProperty("Name", out var n) && n.GetString() == name))
                return new(200, item.GetRawText());
        return new(404, $"{{\"message\":\"{kind.TrimEnd('s')} {name} not found\"}}");
    }

    private IEnumerable<JsonElement> Objects(string kind) => _exchanges
        .Where(e => e.GetProperty("path").GetString()!.StartsWith("/" + kind, StringComparison.Ordinal))
        .Select(e => e.GetProperty("body"))
        .SelectMany(body => body.ValueKind == JsonValueKind.Array ? body.EnumerateArray().ToList() : [body])
        .Where(item => item.ValueKind == JsonValueKind.Object && item.TryGetProperty("ID", out _))
        .DistinctBy(item => item.GetProperty("ID").GetString());

    private static FakeAnswer Answer(JsonElement exchange)
    {
        var body = exchange.GetProperty("body");
        return new(exchange.GetProperty("status").GetInt32(), body.ValueKind == JsonValueKind.Null ? "" : body.GetRawText());
    }
}
