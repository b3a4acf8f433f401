using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orch.Tests.EndToEnd.Cluster;

namespace Orch.Tests.EndToEnd.Clients;

/// <summary>Clients that others wrote for Docker's API, unchanged, against orch.</summary>
public sealed partial class ClientTests(OneMachineCluster cluster) : IClassFixture<OneMachineCluster>
{
    private const string Python = "/usr/lib/python3/dist-packages";
    private const string NodeModules = "/usr/lib/node_modules:/usr/local/lib/node_modules";

    private LabMachine Machine => cluster.Manager.Machine;

    [ClientFact($"{Python}/docker", "apt-get install python3-docker")]
    public async Task Python_docker_drives_a_cluster() =>
        Assert.Equal("done\n", (await RunAsync("/usr/bin/python3", Here("docker_py.py"))).EnsureSuccess().Output);

    [ClientFact("/usr/lib/node_modules/dockerode,/usr/local/lib/node_modules/dockerode", "npm install -g dockerode")]
    public async Task Dockerode_drives_a_cluster() =>
        Assert.Equal("done\n", (await RunAsync("node", Here("dockerode.js"))).EnsureSuccess().Output);

    [ClientFact($"{Python}/ansible_collections/community/docker;{Python}/docker;{Python}/jsondiff",
        "apt-get install ansible python3-docker python3-jsondiff")]
    public async Task Ansible_makes_what_a_playbook_says_and_finds_nothing_to_change_the_second_time()
    {
        var first = await PlayAsync("playbook.yml");
        Assert.Matches("changed=5 .*failed=0", first);
        await cluster.Manager.ConvergedAsync("an-web");
        await cluster.Manager.ConvergedAsync("an-stack_web");
        Assert.Matches("changed=0 .*failed=0", await PlayAsync("playbook.yml"));
        Assert.Matches("changed=4 .*failed=0", await PlayAsync("remove.yml"));
        Assert.DoesNotContain(await cluster.Manager.Api.ServiceNamesAsync(), name => name.StartsWith("an-", StringComparison.Ordinal));
    }

    [ClientFact("/usr/bin/prometheus", "apt-get install prometheus")]
    public async Task Prometheus_discovers_nodes_and_tasks()
    {
        await cluster.Manager.OkAsync("service", "create", "--name", "watched", "--label", "team=blue",
            "--publish", "mode=host,target=80,published=18099", "app:v1");
        var prometheus = await Machine.StartAsync("prometheus", $"--config.file={Here("prometheus.yml")}",
            "--storage.tsdb.path=/run/prometheus", "--web.listen-address=127.0.0.1:9090");
        try
        {
            var found = new Dictionary<string, JsonElement>();
            await Until.TrueAsync("the node and the task are targets", async () =>
            {
                foreach (var target in await TargetsAsync())
                    found[target.GetProperty("job").GetString()!] = target;
                return found.ContainsKey("nodes") && found.ContainsKey("tasks");
            }, TimeSpan.FromSeconds(60));

            Assert.Equal(("n1", "manager", "ready"), (Text(found["nodes"], "node_hostname"), Text(found["nodes"], "node_role"),
                Text(found["nodes"], "node_status")));
            Assert.Equal($"{Machine.Address}:18099", found["tasks"].GetProperty("__address__").GetString());
            Assert.Equal(("watched", "blue", "running", "1"), (Text(found["tasks"], "service_name"),
                Text(found["tasks"], "service_label_team"), Text(found["tasks"], "task_state"), Text(found["tasks"], "task_slot")));
        }
        finally
        {
            await prometheus.StopAsync();
            await cluster.Manager.OkAsync("service", "rm", "watched");
        }
    }

    private async Task<IEnumerable<JsonElement>> TargetsAsync()
    {
        // Not ready yet, it answers with an error that is no JSON.
        var answer = await Machine.ExecAsync("curl", "-sf", "http://127.0.0.1:9090/api/v1/targets");
        return answer.ExitCode != 0 ? [] : JsonElement.Parse(answer.Output).GetProperty("data").GetProperty("activeTargets")
            .EnumerateArray().Select(target => target.GetProperty("discoveredLabels"));
    }

    private static string? Text(JsonElement labels, string name) => labels.GetProperty($"__meta_dockerswarm_{name}").GetString();

    /// <summary>The last line: how many tasks were done, and how many of them changed something.</summary>
    private async Task<string> PlayAsync(string playbook)
    {
        var played = await RunAsync("ansible-playbook", "-e", "ansible_python_interpreter=/usr/bin/python3", Here(playbook));
        return Recap().Match(played.EnsureSuccess().Output).Value;
    }

    private Task<ExecResult> RunAsync(params string[] command) => Machine.ExecAsync(new ExecOptions
    {
        Timeout = TimeSpan.FromMinutes(2),
        Environment = new Dictionary<string, string>
        {
            ["NODE_PATH"] = NodeModules,
            ["ANSIBLE_HOME"] = "/run/ansible",
            ["ANSIBLE_REMOTE_TEMP"] = "/run/ansible/remote",
            ["ANSIBLE_LOCALHOST_WARNING"] = "False",
            ["ANSIBLE_INVENTORY_UNPARSED_WARNING"] = "False",
        },
    }, command);

    private static string Here(string file, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, file);

    [GeneratedRegex(@"(?<=localhost\s*:\s).*")]
    private static partial Regex Recap();
}
