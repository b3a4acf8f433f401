using System.Text.Json.Nodes;
using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

/// <summary>For the same command line, orch sends the specification that Docker's CLI sent.</summary>
public sealed class SpecMappingTests
{
    private static readonly string[] WithoutOrder = ["Env", "Mounts", "Hosts", "Networks", "Ports", "Search", "Options", "Constraints"];

    public static TheoryData<string> Cases =>
        [.. Directory.GetFiles(Recording.Folder("specs")).Select(file => Path.GetFileNameWithoutExtension(file)!).Order()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_request_is_what_docker_sends(string name)
    {
        var recording = Recording.Load("specs", name);
        using var manager = new FakeManager(recording.Answer);
        var argv = recording.Argv;
        if (argv[0] == "service" && !argv.Contains("--detach"))
            argv.Insert(2, "--detach");

        var outcome = Run.Orch(manager, argv);

        var expected = recording["posts"].EnumerateArray().Select(p => JsonNode.Parse(p.GetProperty("body").GetRawText())!).ToList();
        var sent = manager.Requests.Where(r => r.Method == "POST").Select(r => JsonNode.Parse(r.Body)!).ToList();
        Assert.True(expected.Count == sent.Count, outcome.Err);
        for (var i = 0; i < expected.Count; i++)
            Assert.Equal(Normal(expected[i], argv).ToJsonString(), Normal(sent[i], argv).ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_request_goes_where_docker_sends_it(string name)
    {
        var recording = Recording.Load("specs", name);
        using var manager = new FakeManager(recording.Answer);
        var argv = recording.Argv;
        if (argv[0] == "service" && !argv.Contains("--detach"))
            argv.Insert(2, "--detach");

        Run.Orch(manager, argv);

        Assert.Equal(recording["posts"].EnumerateArray().Select(p => Parts(p.GetProperty("path").GetString()!)),
            manager.Requests.Where(r => r.Method == "POST").Select(r => Parts(r.Path)));
    }

    private static string Parts(string path) => string.Join('&', path.Split('?', '&').Order());

    /// <summary>Sorted members, and lists whose order means nothing sorted too; the two deliberate differences taken out.</summary>
    private static JsonNode Normal(JsonNode node, List<string> argv)
    {
        // A restart delay nobody asked for stays absent, where Docker's client writes its default.
        if (!argv.Contains("--restart-delay") && node["TaskTemplate"]?["RestartPolicy"] is JsonObject policy)
            policy.Remove("Delay");
        // Docker's client pins the digest its registry told it; orch leaves that to whoever pulls.
        if (node["TaskTemplate"] is JsonObject template)
        {
            template["ContainerSpec"]!["Image"] = template["ContainerSpec"]!["Image"]!.GetValue<string>().Split('@')[0];
            (template["Placement"] as JsonObject)?.Remove("Platforms");
        }
        // No name and an empty one are the same: the manager makes one up.
        if (node["Name"]?.GetValue<string>() == "")
            node.AsObject().Remove("Name");
        // Docker's client forgets this member; the recorded daemon did not keep it either.
        if (argv.Contains("update") && node["TaskTemplate"]?["ContainerSpec"]?["Healthcheck"] is JsonObject health)
            health.Remove("StartInterval");
        // Members of a Windows-only credential spec that are null or false say nothing.
        if (node["TaskTemplate"]?["ContainerSpec"]?["Privileges"] is JsonObject privileges)
            foreach (var nothing in privileges.Where(m => m.Value is null || m.Value.ToJsonString() == "false").Select(m => m.Key).ToList())
                privileges.Remove(nothing);
        return Sorted(node, "");
    }

    private static JsonNode Sorted(JsonNode node, string name) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal)
            .Select(m => KeyValuePair.Create(m.Key, m.Value is null ? null : Sorted(m.Value, m.Key)))!),
        JsonArray items when WithoutOrder.Contains(name) =>
            new JsonArray([.. items.Select(item => Sorted(item!, "")).OrderBy(item => item.ToJsonString(), StringComparer.Ordinal)]),
        JsonArray items => new JsonArray([.. items.Select(item => Sorted(item!, ""))]),
        JsonValue number when number.ToJsonString() == "0.0" => JsonValue.Create(0),
        _ => node.DeepClone(),
    };
}
