using System.Text.Json;
using System.Text.Json.Nodes;
using Orch.Tests.EndToEnd.Cluster;

namespace Orch.Tests.EndToEnd;

/// <summary>
/// Docker's own client deploys to orch what orch deploys; and a file that is wrong changes nothing. (tests/Stacks compares
/// many more files, with a manager that only records.)
/// </summary>
public sealed class StackDockerTests(OneMachineCluster cluster) : ClusterTests<OneMachineCluster>(cluster)
{
    private const string Text = """
        version: "3.8"
        services:
          web:
            image: sleeper
            command: sh -c "sleep 1000"
            hostname: web-{{.Task.Slot}}
            environment: [A=1, B=two, EMPTY]
            labels: {"container.label": "yes"}
            working_dir: /tmp
            init: true
            stop_grace_period: 3s
            stop_signal: SIGINT
            extra_hosts: ["db:10.0.0.9"]
            cap_add: [NET_ADMIN]
            ulimits: {nofile: {soft: 100, hard: 200}}
            configs: [{source: app, target: /etc/app.conf, mode: 0440}]
            secrets: [token]
            volumes: [data:/data, /tmp:/host:ro]
            ports: [{target: 80, published: 18080, mode: host}]
            logging: {driver: json-file, options: {max-size: 1m}}
            healthcheck: {test: ["CMD", "true"], interval: 10s, retries: 2}
            deploy:
              replicas: 1
              labels: {tier: front}
              update_config: {parallelism: 2, order: start-first, failure_action: rollback}
              restart_policy: {condition: on-failure, delay: 2s, max_attempts: 3}
              resources: {limits: {cpus: "0.5", memory: 64M}, reservations: {memory: 8M}}
              placement: {constraints: ["node.role==manager"], max_replicas_per_node: 2}
          once:
            image: sleeper
            deploy: {mode: replicated-job, replicas: 0}
          all:
            image: sleeper
            deploy: {mode: global}
        volumes: {data: {labels: {v: "1"}}}
        configs: {app: {file: ./stack.yml}}
        secrets: {token: {file: ./stack.yml}}
        networks: {default: {external: true, name: host}}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("orch-stack-").FullName;

    private OrchMachine Machine => Manager;

    public override async Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        await base.DisposeAsync();
    }

    [LabFact]
    public async Task Docker_and_orch_create_the_same_services_from_one_file()
    {
        var file = Path.Combine(_folder, "stack.yml");
        File.WriteAllText(file, Text);
        var docker = await Machine.Machine.ExecAsync(new() { Timeout = TimeSpan.FromSeconds(60) },
            ["docker", "-H", "unix:///run/orch/orch.sock", "stack", "deploy", "--detach=true", "-c", file, "shop"]);
        docker.EnsureSuccess();
        var theirs = await SpecsAsync();
        Assert.Equal(3, theirs.Count);

        // What Docker created is orch's to go on with: only the names of secrets and configs change.
        var diff = (await Machine.OrchAsync("stack", "diff", "-c", file, "shop")).Output;
        Assert.False(diff.Contains("shop_all", StringComparison.Ordinal), diff);
        await Machine.OkAsync("stack", "rm", "--timeout", "50s", "shop");
        await Machine.OkAsync("stack", "deploy", "-c", file, "shop");
        Assert.Equal(theirs, await SpecsAsync());
        await Machine.OkAsync("stack", "rm", "--timeout", "50s", "shop");
    }

    [LabFact]
    public async Task The_examples_deploy_as_their_readme_says()
    {
        var root = Path.GetDirectoryName(Path.GetDirectoryName(OrchMachine.Program("orch")))!;
        foreach (var folder in Directory.GetDirectories(Path.Combine(root, "cluster-examples")))
        {
            var name = Path.GetFileName(folder);
            await Machine.OkAsync("stack", "deploy", "-c", $"{folder}/stack.yml", "--wait", "--timeout", "50s", name);
            Assert.Equal(0, (await Machine.OrchAsync("stack", "diff", "-c", $"{folder}/stack.yml", name)).ExitCode);
            await Machine.OkAsync("stack", "rm", "--timeout", "50s", name);
        }
    }

    [LabFact]
    public async Task A_file_that_is_wrong_changes_nothing_and_says_where()
    {
        var before = await RevisionAsync();
        foreach (var (text, at) in new[]
        {
            ("services:\n  web:\n    image: [a]\n", ":3:12: "), ("services:\n\tweb: {}\n", ":2:1: "),
            ("services:\n  web:\n    image: a\n    prots: []\n", ":4:5: "), ("a: &a [*a]\n", ":1:8: "),
            ("services:\n  web:\n    image: a\n    networks: [back]\nnetworks: {back: {driver: macvlan}}\n", ":5:"),
        })
        {
            var file = Path.Combine(_folder, "bad.yml");
            File.WriteAllText(file, text);
            var refused = await Machine.OrchAsync("stack", "deploy", "-c", file, "shop");
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains($"bad.yml{at}", refused.Error, StringComparison.Ordinal);
        }
        Assert.Equal(before, await RevisionAsync());
        Assert.Empty(await Machine.Api.ServiceNamesAsync());
    }

    private async Task<ulong> RevisionAsync() =>
        JsonDocument.Parse(await Machine.OkAsync("status", "--format", "json")).RootElement.GetProperty("Store").GetProperty("Revision").GetUInt64();

    /// <summary>Without ids, and with secrets and configs by the names that the file has for them.</summary>
    private async Task<SortedDictionary<string, string>> SpecsAsync()
    {
        var specs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in (await Machine.Api.GetAsync("services")).EnumerateArray())
        {
            var spec = JsonNode.Parse(service.GetProperty("Spec").GetRawText())!;
            var container = spec["TaskTemplate"]!["ContainerSpec"]!.AsObject();
            foreach (var file in new[] { "Secrets", "Configs" }.SelectMany(kind => container[kind]?.AsArray() ?? []))
                foreach (var (id, name) in new[] { ("SecretID", "SecretName"), ("ConfigID", "ConfigName") })
                {
                    file!.AsObject().Remove(id);
                    if (file[name] is { } given)
                        file[name] = given.GetValue<string>().Split('-')[0];
                }
            if (container["Privileges"]?["NoNewPrivileges"] is null or JsonValue)
                container.Remove("Privileges");
            specs[spec["Name"]!.GetValue<string>()] = Sorted(spec)!.ToJsonString();
        }
        return specs;
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
