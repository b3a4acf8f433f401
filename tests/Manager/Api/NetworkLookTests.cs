using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Orch.Contracts.Agent;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Manager.Security;
using Orch.Manager.Sessions;

namespace Orch.Tests.Manager.Api;

/// <summary>/orch/v1/networks, ports and dns, with agents that answer what a test says.</summary>
public sealed class NetworkLookTests : IAsyncLifetime
{
    private static readonly NodeId Second = new(1002);
    private readonly ApiHost _api = new();
    private readonly ConcurrentQueue<(NodeId Node, Ask Ask)> _asked = [];

    public async Task InitializeAsync()
    {
        await _api.InitializeAsync();
        await _api.Store.ExecuteAsync(new JoinNode(Second, NodeRole.Worker, "worker-2", "10.0.0.2"));
        await _api.Store.ExecuteAsync(new SetNodeState(Second, NodeState.Ready, null));
        var (status, body) = await _api.SendAsync(HttpMethod.Post, "/networks/create",
            """{"Name":"front","Driver":"overlay","IPAM":{"Config":[{"Subnet":"10.44.0.0/24"}]}}""");
        Assert.True(status == HttpStatusCode.Created, $"{body}");
        await _api.CreateAsync("web", ""","TaskTemplate":{"ContainerSpec":{"Image":"busybox"},"Networks":[{"Target":"front"}]},"Mode":{"Replicated":{"Replicas":2}}""");
        await _api.UntilAsync(state => state.Tasks.Values.Count(task => task.Addresses.Count > 0) == 2);
    }

    public Task DisposeAsync() => _api.DisposeAsync();

    private void Agents(Func<NodeId, Ask, AskResult> answer) => _api.Agents = (node, question) =>
    {
        _asked.Enqueue((node, question));
        return answer(node, question);
    };

    private static AskResult State(string problem, uint mtu) =>
        new(new() { NetworkStates = new() { Networks = { new NetworkState { NetworkId = "x", Problem = problem, Mtu = mtu } } } }, null);

    [Fact]
    public async Task A_network_shows_what_is_given_and_how_it_stands_on_its_machines()
    {
        Agents((node, _) => node == Second ? State("its bridge is missing", 0) : State("", 1450));

        var detail = await _api.GetAsync("/orch/v1/networks/front");

        var use = detail["Addresses"]!;
        Assert.Equal((2, 1, 2, 5u), ((int)use["Tasks"]!, (int)use["VirtualIPs"]!, (int)use["Machines"]!, (uint)use["Given"]!));
        Assert.Equal((uint)use["Capacity"]!, (uint)use["Given"]! + (uint)use["Free"]!);
        Assert.Equal(("10.44.0.0/24", 5), ((string?)detail["Subnets"]![0]!["Subnet"], (int)detail["Subnets"]![0]!["Given"]!));
        Assert.Equal((1450u, true), ((uint)detail["MTU"]!, (uint)detail["VNI"]! > 0));
        var machines = detail["Machines"]!.AsArray().Select(one => $"{one!["Hostname"]} {one["Address"]} {one["State"]} {one["Problem"]} {one["Tasks"]}");
        Assert.Equal(["manager-1 10.0.0.1 stands  1", "worker-2 10.0.0.2 problem its bridge is missing 1"], machines);
        Assert.All(detail["Machines"]!.AsArray(), one => Assert.StartsWith("10.44.0.", (string?)one!["BridgeAddress"], StringComparison.Ordinal));
        Assert.Equal([ApiHost.Self, Second], _asked.Select(one => one.Node).Order());
    }

    [Fact]
    public async Task A_machine_that_does_not_answer_or_is_down_is_unknown_and_says_why()
    {
        await _api.Store.ExecuteAsync(new SetNodeState(ApiHost.Self, NodeState.Down, "heartbeat failure"));
        Agents((_, _) => AskResult.No("it did not answer within 2.5 s"));

        var machines = (await _api.GetAsync("/orch/v1/networks/front"))["Machines"]!.AsArray();

        Assert.Contains(machines, one => (string?)one!["State"] is "unknown" && (string?)one["Problem"] == "it did not answer within 2.5 s");
        Assert.DoesNotContain(_asked, one => one.Node == ApiHost.Self);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.SendAsync(HttpMethod.Get, "/orch/v1/networks/nope")).Status);
    }

    /// <summary>Hears everything but from the machines that it is deaf to.</summary>
    private static AskResult Reach(Ask question, Func<string, bool> hears)
    {
        var asked = Assert.Single(question.Reach.Networks);
        var reach = new NetworkReach { NetworkId = asked.NetworkId, Mtu = 1450, UnderlayMtu = 1500 };
        foreach (var peer in asked.Peers)
        {
            var heard = hears(peer.NodeAddress);
            reach.Peers.Add(new PeerReach
            {
                NodeId = peer.NodeId,
                Heard = heard,
                HeardFull = heard,
                Answered = heard,
                AnsweredFull = heard,
                MachineAnswered = true,
                RoundTripMicros = 70,
            });
        }
        return new(new() { Reach = new() { Networks = { reach } } }, null);
    }

    private async Task<JsonNode> CheckAsync(string query = "")
    {
        var (status, body) = await _api.SendAsync(HttpMethod.Post, $"/orch/v1/networks/check{query}");
        Assert.True(status == HttpStatusCode.OK, $"{body}");
        return body!;
    }

    [Fact]
    public async Task A_check_asks_every_machine_about_the_others_and_all_is_well_where_they_hear_each_other()
    {
        Agents((_, question) => Reach(question, _ => true));

        var check = await CheckAsync();

        Assert.True((bool)check["OK"]!);
        var network = Assert.Single(check["Networks"]!.AsArray())!;
        Assert.Equal(["manager-1 worker-2 passes 1450 70", "worker-2 manager-1 passes 1450 70"], network["Pairs"]!.AsArray()
            .Select(pair => $"{pair!["From"]} {pair["To"]} {pair["State"]} {pair["Largest"]} {pair["RoundTripMicros"]}"));
        Assert.Single(_asked.Select(one => one.Ask.Reach.Run).Distinct());
        Assert.Equal(["10.0.0.2", "10.0.0.1"], _asked.OrderBy(one => one.Node).Select(one => one.Ask.Reach.Networks[0].Peers.Single().NodeAddress));
    }

    [Fact]
    public async Task A_check_names_what_is_broken()
    {
        Agents((node, question) => Reach(question, _ => false));

        var check = await CheckAsync("?network=front");

        Assert.False((bool)check["OK"]!);
        Assert.Contains(check["Networks"]![0]!["Problems"]!.AsArray(), problem => (string?)problem!["From"] == "worker-2"
            && (string?)problem["To"] == "manager-1" && ((string)problem["Message"]!).Contains("UDP port 4789", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_machine_that_hangs_is_a_finding_and_not_an_error()
    {
        Agents((node, question) => node == Second ? AskResult.No("it did not answer within 5 s") : Reach(question, _ => true));

        var problems = (await CheckAsync("?network=front"))["Networks"]![0]!["Problems"]!.AsArray();

        Assert.Contains("did not answer within 5 s", (string?)Assert.Single(problems)!["Message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_that_is_not_there_is_refused() => Assert.Equal(HttpStatusCode.NotFound,
        (await _api.SendAsync(HttpMethod.Post, "/orch/v1/networks/check?network=nope")).Status);

    [Fact]
    public async Task A_task_s_question_goes_to_its_machine_and_names_come_back_for_ids()
    {
        var task = _api.Store.Current.Tasks.Values.First(one => one.Slot.Number == 2);
        var network = Assert.Single(_api.Store.Current.Networks.Values, one => one.Spec.Name == "front");
        Agents((_, question) => new(new()
        {
            Name = new()
            {
                Server = "10.44.0.9",
                Authoritative = true,
                Records = { new NameRecord { Name = "web", Type = 1, Ttl = 2, Value = "10.44.0.5", NetworkId = $"{network.Id}", Service = "web" },
                    new NameRecord { Name = "x", Type = 1, Value = "10.44.0.7", Extra = true, TaskId = $"{task.Id}" } },
            },
        }, null));

        foreach (var reference in new[] { "web.2", task.Name, $"{task.Id}" })
        {
            var answer = await _api.GetAsync($"/orch/v1/dns?name=web&from={reference}&type=a");
            Assert.Equal(("NOERROR", "A", task.Name, "10.44.0.9"),
                ((string?)answer["Code"], (string?)answer["Type"], (string?)answer["Task"], (string?)answer["Server"]));
            var record = Assert.Single(answer["Answers"]!.AsArray())!;
            Assert.Equal(("front", "web", 2u), ((string?)record["Network"], (string?)record["Service"], (uint)record["TTL"]!));
            Assert.Equal(task.Name, (string?)Assert.Single(answer["Extras"]!.AsArray())!["Task"]);
        }
        Assert.All(_asked, one => Assert.Equal((task.NodeId, $"{task.Id}", "web", 1u),
            (one.Node, one.Ask.Name.TaskId, one.Ask.Name.Name, one.Ask.Name.Type)));
    }

    [Theory]
    [InlineData("name=web&from=nope", 404, "task nope not found")]
    [InlineData("name=web&from=web.9", 404, "service web has no task in slot 9")]
    [InlineData("name=web", 400, "from:")]
    [InlineData("from=web.1", 400, "name:")]
    [InlineData("name=web&from=web.1&type=ANYTHING", 400, "type: 'ANYTHING'")]
    [InlineData("name=web&from=web.1", 503, "its agent is not connected")]
    public async Task A_question_that_cannot_be_asked_is_refused_in_words(string query, int status, string words)
    {
        var (code, body) = await _api.SendAsync(HttpMethod.Get, $"/orch/v1/dns?{query}");
        Assert.Equal(status, (int)code);
        Assert.Contains(words, (string?)body!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public void Viewers_may_look_and_operators_may_check()
    {
        Callers Allowed(string method, string path) =>
            Assert.Single(Orch.Manager.Api.ApiRoutes.Rules, rule => rule.Method == method && rule.Route == path).Allowed;
        foreach (var path in new[] { "/orch/v1/networks/{id}", "/orch/v1/ports", "/orch/v1/dns" })
            Assert.True(Allowed("GET", path).HasFlag(Callers.TokenViewer), path);
        var check = Allowed("POST", "/orch/v1/networks/check");
        Assert.Equal((true, false, false), (check.HasFlag(Callers.TokenOperator), check.HasFlag(Callers.TokenViewer), check.HasFlag(Callers.Worker)));
    }

    [Fact]
    public async Task Ports_are_listed_with_where_they_are_open()
    {
        await _api.CreateAsync("pub", ""","EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":18080},{"TargetPort":53,"PublishedPort":10053,"Protocol":"udp","PublishMode":"host"}]},"Labels":{"orch.port.18080.address":"10.0.0.2"}""");
        var view = await _api.UntilAsync(state => state.Tasks.Values.Any(one => one.Spec.ServiceName == "pub" && !one.NodeId.IsNone));

        async Task<IEnumerable<string>> Ports(string filters = "{}") =>
            (await _api.GetAsync($"/orch/v1/ports?filters={Uri.EscapeDataString(filters)}")).AsArray()
                .Select(one => $"{one!["Port"]}/{one["Protocol"]} {one["Mode"]} {one["Service"]} {one["TargetPort"]} {one["Node"]} {one["Address"]}");

        Assert.Equal(["10053/udp host pub 53  ", "18080/tcp ingress pub 80  10.0.0.2"], await Ports());
        var task = view.Tasks.Values.First(one => one.Spec.ServiceName == "pub");
        await _api.Store.ExecuteAsync(new ReportTasks(task.NodeId,
        [
            new(task.Id, new() { State = TaskState.Running, At = new(5), Ports = [new("", "udp", 53, 10053)] }),
        ], Complete: false));
        var node = view.Nodes.Get(task.NodeId)!;

        Assert.Equal([$"10053/udp host pub 53 {node.Description.Hostname} {node.Address}"], await Ports("""{"mode":["host"]}"""));
        Assert.Equal(["18080/tcp ingress pub 80  10.0.0.2"], await Ports("""{"port":["18080"]}"""));
        Assert.Equal(2, (await Ports($$"""{"node":["{{task.NodeId}}"]}""")).Count());
        Assert.Single(await Ports($$"""{"node":["{{(task.NodeId == Second ? ApiHost.Self : Second)}}"]}"""));
        Assert.Empty(await Ports("""{"service":["web"]}"""));
        Assert.Equal(HttpStatusCode.BadRequest, (await _api.SendAsync(HttpMethod.Get, "/orch/v1/ports?filters=%7B%22color%22:%5B%22red%22%5D%7D")).Status);
    }
}
