using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Tests.Support;
using Xunit.Abstractions;

namespace Orch.Tests.Manager.Api.Fuzzing;

/// <summary>
/// Bodies with random changes, from a seed: each is refused in clear words and changes nothing, or it is right after all and
/// can be shown, kept and taken away again. ORCH_API_BODIES says how many, ORCH_API_BODIES_SEED from where.
/// </summary>
public sealed class BodyFuzzTests(ITestOutputHelper output)
{
    /// <summary>The log of a host is in memory and keeps what was accepted: a new host now and then.</summary>
    private const int PerHost = 5_000;
    private const long MostGrowth = 64L << 20;
    private const int MostFailures = 10;
    private readonly List<string> _failures = [];
    private readonly SortedDictionary<int, int> _statuses = [];

    [Fact]
    public async Task Every_changed_body_is_refused_clearly_or_carried_out_whole()
    {
        var count = Number("ORCH_API_BODIES", 2_000);
        var first = Number("ORCH_API_BODIES_SEED", 1);
        long settled = 0;
        for (var from = first; from < first + count; from += PerHost)
        {
            var until = Math.Min(from + PerHost, first + count);
            await RunAsync(from, until);
            await Task.Yield();   // the stack that ended the run still knows its host
            var memory = GC.GetTotalMemory(forceFullCollection: true);
            settled = settled == 0 ? memory : settled;
            Assert.True(memory - settled < MostGrowth, $"{memory - settled} bytes more are held after seeds {from} to {until}");
        }
        output.WriteLine(string.Join(", ", _statuses.Select(status => $"{status.Key}: {status.Value}")));
        Assert.True(_failures.Count == 0, string.Join("\n\n", _failures));
        Assert.True(_statuses.Keys.Any(status => status >= 400) && _statuses.Keys.Any(status => status < 300),
            "some are refused and some are right");
    }

    private async Task RunAsync(int from, int until)
    {
        var host = new ApiHost();
        await host.InitializeAsync();
        try
        {
            await PrepareAsync(host);
            for (var seed = from; seed < until && _failures.Count < MostFailures; seed++)
                await OneAsync(host, seed);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static async Task PrepareAsync(ApiHost host)
    {
        await DrainAsync(host);
        await host.CreateAsync(Corpus.Service, ",\"Mode\":{\"Replicated\":{\"Replicas\":0}}");
        foreach (var kind in (FileKind[])[FileKind.Secret, FileKind.Config])
            await host.Store.ExecuteAsync(new CreateFile(kind, new FileSpec { Name = "base", Data = [1] }));
    }

    /// <summary>The only node takes no tasks: there is no agent that would ever end them.</summary>
    private static async Task DrainAsync(ApiHost host)
    {
        var node = host.Store.Current.Nodes.Get(ApiHost.Self)!;
        await host.Store.ExecuteAsync(new UpdateNode(node.Id.ToString(), node.Version,
            node.Spec with { Availability = NodeAvailability.Drain }));
    }

    private async Task OneAsync(ApiHost host, int seed)
    {
        var random = new Random(seed);
        var seedling = Corpus.All[random.Next(Corpus.All.Count)];
        var path = seedling.Path(host.Store.Current);
        var body = Mutation.Of(random, seedling.Body);
        var before = Wanted(host.Store.Current);
        var (status, answer) = await SendAsync(host, seedling.Method, path, body);

        _statuses[status] = _statuses.GetValueOrDefault(status) + 1;
        var problem = status is >= 200 and < 300 ? await ShownAsync(host)
            : !IsRefusal(status, answer) ? "neither done nor refused"
            : !IsClear(answer) ? "no clear words"
            : before != Wanted(host.Store.Current) ? "refused, but it changed something" : null;
        if (problem is not null)
            _failures.Add($"seed {seed}: {problem}\n{path}\n{Encoding.UTF8.GetString(body)}\n{status} {answer}");
        if (status < 300)
            await ClearAsync(host);
    }

    /// <summary>Docker's own 500, which clients know by its text, and that of a registry: there is no engine here to ask one.</summary>
    private static bool IsRefusal(int status, string answer) => status is >= 400 and < 500 or 501 || (status == 500
        && (answer.Contains("update out of sequence", StringComparison.Ordinal)
            || answer.Contains("cannot ask the registry", StringComparison.Ordinal)));

    private static async Task<(int Status, string Answer)> SendAsync(ApiHost host, HttpMethod method, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await host.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A message for people: no name of a class, no trace, not longer than what it speaks of needs.</summary>
    private static bool IsClear(string answer)
    {
        using var document = JsonDocument.Parse(answer);
        var message = document.RootElement.GetProperty("message").GetString() ?? "";
        return message.Length is > 3 and < 1000 && !message.Contains("System.", StringComparison.Ordinal)
            && !message.Contains("Orch.", StringComparison.Ordinal) && !message.Contains("internal error", StringComparison.Ordinal);
    }

    /// <summary>What is kept can be listed, stored and read back; else what is wrong.</summary>
    private static async Task<string?> ShownAsync(ApiHost host)
    {
        foreach (var list in (string[])["/services?status=true", "/tasks", "/nodes", "/networks", "/secrets", "/configs", "/swarm"])
        {
            using var answer = await host.Http.GetAsync(list);
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode)
                return $"accepted, but then {list} answers {text}";
            using var document = JsonDocument.Parse(text);
        }
        var state = host.Store.Current;
        var back = SnapshotCodec.Read(SnapshotCodec.Write(state));
        return DurableState.Of(state) == DurableState.Of(back) ? null : "accepted, but a snapshot loses something of it";
    }

    private static async Task ClearAsync(ApiHost host)
    {
        var state = host.Store.Current;
        foreach (var service in state.Services.Values.Where(service => service.Spec.Name != Corpus.Service))
            await host.Store.ExecuteAsync(new RemoveService(service.Id.ToString()));
        foreach (var network in state.Networks.Values)
            await host.Store.ExecuteAsync(new RemoveNetwork(network.Id.ToString()));
        foreach (var file in state.Files.Values.Where(file => file.Spec.Name != "base"))
            await host.Store.ExecuteAsync(new RemoveFile(file.Kind, file.Id.ToString()));
        foreach (var token in state.ApiTokens.Values)
            await host.Store.ExecuteAsync(new RemoveApiToken(token.Name));
        if (state.Nodes.Get(ApiHost.Self)!.Spec.Availability != NodeAvailability.Drain)
            await DrainAsync(host);
    }

    /// <summary>All that clients can change, without what planners make of it.</summary>
    private static string Wanted(ClusterState state) => string.Join('\n', new object[]
    {
        state.Cluster!.Version,
        state.Nodes.Get(ApiHost.Self)!.Version,
        string.Join(' ', state.Services.Values.Select(service => $"{service.Id} {service.Version}")),
        string.Join(' ', state.Networks.Values.Select(network => network.Id)),
        string.Join(' ', state.Files.Values.Select(file => $"{file.Id} {file.Version}")),
        string.Join(' ', state.ApiTokens.Values.Select(token => token.Name)),
        string.Join(' ', state.Registries.Values.Select(registry => $"{registry.Host} {registry.Auth}")),
    });

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : otherwise;
}
