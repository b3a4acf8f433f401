using System.Net;
using System.Text.Json.Nodes;
using Orch.Core.Commands;
using Orch.Core.Model;

namespace Orch.Tests.Manager.Api;

public sealed class TaskAndNodeTests(ApiHost api) : IClassFixture<ApiHost>
{
    private static string[] Members(JsonNode node) => [.. node.AsObject().Select(member => member.Key)];

    private async Task<JsonArray> TasksAsync(string filters) =>
        (await api.GetAsync("/v1.50/tasks?filters=" + Uri.EscapeDataString(filters))).AsArray();

    [Fact]
    public async Task A_running_task_is_shown_with_Dockers_members_and_its_host_port_once()
    {
        var id = await api.CreateAsync("web", ""","EndpointSpec":{"Ports":[{"TargetPort":80,"PublishMode":"host"}]}""");
        var service = Ids.Parse<ServiceId>(id);
        var view = await api.UntilAsync(state => state.TaskRecordsOf(service).Any(task => !task.NodeId.IsNone));
        var record = view.TaskRecordsOf(service).Single();
        var port = new BoundPort("", "tcp", 80, 32768);
        await api.Store.ExecuteAsync(new ReportTasks(ApiHost.Self,
        [
            new(record.Id, new ObservedStatus
            {
                State = TaskState.Running, At = record.CreatedAt, Message = "started", ContainerId = "c1", Pid = 42,
                Ports = [port, port],
            }),
        ], Complete: false));

        var task = (await TasksAsync("""{"service":["web"]}""")).Single()!;
        Assert.Equal(
            ["ID", "Version", "CreatedAt", "UpdatedAt", "Labels", "Spec", "ServiceID", "Slot", "NodeID", "Status", "DesiredState"],
            Members(task));
        Assert.Null(task["Spec"]!["Runtime"]);
        Assert.Equal(["Timestamp", "State", "Message", "ContainerStatus", "PortStatus"], Members(task["Status"]!));
        Assert.Equal("""{"ContainerID":"c1","PID":42,"ExitCode":0}""", task["Status"]!["ContainerStatus"]!.ToJsonString());
        Assert.Equal(
            """{"Ports":[{"Protocol":"tcp","TargetPort":80,"PublishedPort":32768,"PublishMode":"host"}]}""",
            task["Status"]!["PortStatus"]!.ToJsonString());
        Assert.Equal("running", (string?)task["DesiredState"]);
        var inspected = await api.GetAsync($"/tasks/{record.Name}");
        Assert.Equal(record.Id.ToString(), (string?)inspected["ID"]);
    }

    [Fact]
    public async Task A_task_that_fits_nowhere_says_why()
    {
        var id = await api.CreateAsync("nowhere", ""","TaskTemplate":{"ContainerSpec":{"Image":"busybox"},"Placement":{"Constraints":["node.labels.q==1"]}}""");
        var service = Ids.Parse<ServiceId>(id);
        await api.UntilAsync(state => state.TaskRecordsOf(service).Any(task => task.Status.Error is not null));
        var task = (await TasksAsync("{\"service\":{\"" + id + "\":true},\"_up-to-date\":{\"true\":true}}")).Single()!;
        Assert.Equal("pending", (string?)task["Status"]!["State"]);
        Assert.StartsWith("no suitable node (scheduling constraints not satisfied on 1 node)",
            (string?)task["Status"]!["Err"], StringComparison.Ordinal);
        Assert.Null(task["NodeID"]);
        Assert.Equal("{}", task["Status"]!["PortStatus"]!.ToJsonString());
        Assert.Null(task["Status"]!["ContainerStatus"]);
    }

    [Fact]
    public async Task Tasks_of_a_global_service_have_no_slot()
    {
        var id = await api.CreateAsync("everywhere", ""","Mode":{"Global":{}},"Labels":{"stack":"s"}""");
        var service = Ids.Parse<ServiceId>(id);
        await api.UntilAsync(state => state.TaskRecordsOf(service).Any(task => !task.NodeId.IsNone));
        var task = (await TasksAsync("""{"label":["stack=s"],"node":["manager-1"],"desired-state":["running"]}""")).Single()!;
        Assert.Null(task["Slot"]);
        Assert.Equal(id, (string?)task["ServiceID"]);
        Assert.Equal(ApiHost.Self.ToString(), (string?)task["NodeID"]);
        Assert.Empty(await TasksAsync("""{"label":["stack=t"]}"""));
        Assert.Empty(await TasksAsync("""{"service":["everywhere"],"desired-state":["shutdown"]}"""));
        Assert.Single(await TasksAsync("""{"name":["everywhere."]}"""));
    }

    [Fact]
    public async Task A_node_is_shown_with_Dockers_members_and_the_leader_is_marked()
    {
        var node = (await api.GetAsync("""/nodes?filters={"role":["manager"],"name":["manager-1"]}"""))[0]!;
        Assert.Equal(
            ["ID", "Version", "CreatedAt", "UpdatedAt", "Spec", "Description", "Status", "ManagerStatus"], Members(node));
        Assert.Equal("{}", node["Spec"]!["Labels"]!.ToJsonString());
        Assert.Equal("""{"State":"ready","Addr":"10.0.0.1"}""", node["Status"]!.ToJsonString());
        Assert.Equal("""{"Leader":true,"Reachability":"reachable","Addr":"10.0.0.1:2378"}""", node["ManagerStatus"]!.ToJsonString());
        Assert.Equal("root+pem", (string?)node["Description"]!["TLSInfo"]!["TrustRoot"]);
        Assert.Empty((await api.GetAsync("""/nodes?filters={"role":["worker"],"name":["manager-1"]}""")).AsArray());
    }

    [Fact]
    public async Task A_node_takes_labels_and_availability_but_no_words_it_does_not_know()
    {
        var id = new NodeId(2002);
        await api.Store.ExecuteAsync(new JoinNode(id, Orch.Core.Model.Specs.NodeRole.Worker, "worker-2", "10.0.0.2"));
        var path = $"/nodes/worker-2/update?version={(await api.GetAsync("/nodes/worker-2"))["Version"]!["Index"]}";
        foreach (var (body, message) in new[]
        {
            ("""{"Role":"worker","Availability":"zzz"}""", "invalid Availability: \"zzz\""),
            ("""{"Role":"king","Availability":"active"}""", "invalid Role: \"king\""),
        })
        {
            var (refused, answer) = await api.SendAsync(HttpMethod.Post, path, body);
            Assert.Equal(HttpStatusCode.BadRequest, refused);
            Assert.Equal(message, (string?)answer!["message"]);
        }
        var (status, nothing) = await api.SendAsync(
            HttpMethod.Post, path, """{"Labels":{"zone":"a"},"Role":"worker","Availability":"drain"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Null(nothing);
        var found = (await api.GetAsync("""/nodes?filters={"node.label":["zone=a"]}"""))[0]!;
        Assert.Equal("drain", (string?)found["Spec"]!["Availability"]);
        Assert.Null(found["ManagerStatus"]);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Delete, "/nodes/worker-2?force=1")).Status);
    }

    [Fact]
    public async Task Info_names_the_cluster_without_its_tokens_and_swarm_has_them()
    {
        var swarm = (await api.GetAsync("/info"))["Swarm"]!;
        Assert.True((bool)swarm["ControlAvailable"]!);
        Assert.Equal("active", (string?)swarm["LocalNodeState"]);
        Assert.Equal(ApiHost.Self.ToString(), (string?)swarm["NodeID"]);
        Assert.Null(swarm["Cluster"]!["JoinTokens"]);
        var cluster = await api.GetAsync("/swarm");
        Assert.Equal("worker-token", (string?)cluster["JoinTokens"]!["Worker"]);
        Assert.Equal(5, (int)cluster["Spec"]!["Orchestration"]!["TaskHistoryRetentionLimit"]!);
        Assert.True(JsonNode.DeepEquals(cluster["TLSInfo"], swarm["Cluster"]!["TLSInfo"]));
    }

    [Fact]
    public async Task The_history_limit_can_be_changed_and_what_orch_has_not_is_refused()
    {
        var cluster = await api.GetAsync("/swarm");
        var spec = cluster["Spec"]!;
        spec["Orchestration"]!["TaskHistoryRetentionLimit"] = 7;
        var path = $"/swarm/update?version={cluster["Version"]!["Index"]}&rotateWorkerToken=false";
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Post, path, spec.ToJsonString())).Status);
        Assert.Equal(7, (int)(await api.GetAsync("/swarm"))["Spec"]!["Orchestration"]!["TaskHistoryRetentionLimit"]!);
        Assert.Equal(HttpStatusCode.InternalServerError,
            (await api.SendAsync(HttpMethod.Post, path, spec.ToJsonString())).Status);
        spec["EncryptionConfig"]!["AutoLockManagers"] = true;
        Assert.Equal(HttpStatusCode.NotImplemented,
            (await api.SendAsync(HttpMethod.Post, path, spec.ToJsonString())).Status);
    }

    [Fact]
    public async Task Status_counts_nodes_tasks_and_problems()
    {
        var status = await api.GetAsync("/orch/v1/status");
        Assert.Equal(ApiHost.Self.ToString(), (string?)status["LeaderID"]);
        Assert.Equal("10.0.0.1:2378", (string?)status["LeaderAddr"]);
        Assert.Equal(1, (int)status["Nodes"]!["Managers"]!);
        Assert.Equal("memory", (string?)status["Store"]!["Kind"]);
        Assert.True((ulong)status["Store"]!["Revision"]! > 0);
    }
}
