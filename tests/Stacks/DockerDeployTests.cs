using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orch.Core.Model.Specs;
using Orch.Stacks;
using Orch.Stacks.Conversion;
using Orch.Tests.Support;

namespace Orch.Tests.Stacks;

/// <summary>
/// `docker stack deploy` and `orch stack deploy` ask a manager for the same things: every good file that Docker's client
/// takes is deployed to a socket that records, and compared request by request. What differs on purpose is taken out by
/// <see cref="Neutral"/>, or is in differences.tsv (file, place, reason); a line there that is not needed fails too.
/// </summary>
public sealed partial class DockerDeployTests
{
    /// <summary>Fewer would mean that the oracle is asked too little, or is not there and nobody notices.</summary>
    private const int LeastCompared = 30;

    [DockerFact]
    public async Task Docker_asks_for_the_same_networks_secrets_configs_and_services()
    {
        var differences = Differences();
        var (compared, wrong) = (0, new List<string>());
        foreach (var name in GoodFiles.Names)
        {
            if (await DockerAsync(name) is not { } theirs)
                continue;
            compared++;
            var mine = Ours(name);
            foreach (var key in mine.Keys.Union(theirs.Keys).Order(StringComparer.Ordinal))
            {
                var (ours, docker) = (mine.GetValueOrDefault(key), theirs.GetValueOrDefault(key));
                if (ours != docker && !differences.Remove($"{name}\t{key}"))
                    wrong.Add($"{name}: {key}: orch {ours ?? "(none)"}, docker {docker ?? "(none)"}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Empty(differences);
        Assert.True(compared >= LeastCompared, $"docker took {compared} files");
    }

    private static HashSet<string> Differences() =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "differences.tsv"))
            .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t')).Select(cells => $"{cells[0]}\t{cells[1]}")];

    /// <summary>Null when docker refuses the file.</summary>
    private static async Task<SortedDictionary<string, string>?> DockerAsync(string name)
    {
        var folder = GoodFiles.Copy();
        try
        {
            await using var daemon = new RecordingDaemon(folder);
            var start = new ProcessStartInfo("docker",
                ["stack", "deploy", "--detach=true", "--resolve-image", "never", "-c", name + ".yml", "demo"])
            { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
            (start.Environment["TAG"], start.Environment["DOCKER_HOST"]) = ("v7", "unix://" + daemon.Address);
            using var docker = Process.Start(start)!;
            using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            var error = docker.StandardError.ReadToEndAsync(deadline.Token);
            await docker.StandardOutput.ReadToEndAsync(deadline.Token);
            await docker.WaitForExitAsync(deadline.Token);
            Assert.False(docker.ExitCode != 0 && daemon.Created.Count > 0, $"{name}: {await error}");
            return docker.ExitCode != 0 ? null
                : Lines(daemon.Created.Select(created => (created.Kind, created.Body.GetRawText().Replace(folder, "/p", StringComparison.Ordinal))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SortedDictionary<string, string> Ours(string name)
    {
        var files = GoodFiles.Given(name);
        var (file, problems) = files.Load();
        var plan = new StackConverter(file, "demo", files.Read, problems).Convert();
        Assert.Empty(problems.Errors);
        return Lines(plan.Networks.Where(network => !network.IsExternal).Select(network => ("networks", network.Request!.Value.GetRawText()))
            .Concat(plan.Files.Where(planned => !planned.IsExternal)
                .Select(planned => (planned.Kind == FileKind.Secret ? "secrets" : "configs", Body(planned))))
            .Concat(plan.Services.Select(service => ("services", System.Text.Encoding.UTF8.GetString(SpecJson.Write(service.Spec))))));
    }

    private static string Body(PlannedFile file) => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["Name"] = file.Name,
        ["Labels"] = file.Labels,
        ["Data"] = Convert.ToBase64String(file.Data),
        ["Templating"] = file.TemplateDriver is { } driver ? new { Name = driver } : null,
    });

    private static SortedDictionary<string, string> Lines(IEnumerable<(string Kind, string Body)> created)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (kind, body) in created)
        {
            // Through our own model, so that members which mean the same when left out are left out on both sides.
            var text = kind == "services" ? System.Text.Encoding.UTF8.GetString(SpecJson.Write(Neutral(JsonSerializer.Deserialize(body, SpecJson.Default.ServiceSpec)!))) : body;
            using var document = JsonDocument.Parse(Marks().Replace(text, "$1"));
            var name = document.RootElement.GetProperty("Name").GetString();
            lines[$"{kind} {name}"] = "there";
            foreach (var (path, value) in Flat("", document.RootElement))
                if (path != ".Labels.orch.stack.content")
                    lines[$"{kind} {name}{path}"] = value;
        }
        return lines;
    }

    /// <summary>
    /// Left out: ids, which follow from names; what says nothing ("Privileges" of nulls, zero values); depends_on, which
    /// Docker drops; and below, the mark of the content in the names of secrets and configs.
    /// </summary>
    private static ServiceSpec Neutral(ServiceSpec spec)
    {
        var container = spec.TaskTemplate!.ContainerSpec!;
        return spec with
        {
            Labels = spec.Labels!.Where(label => label.Key != Orch.Core.Model.ServiceDependency.Label).ToDictionary(),
            TaskTemplate = spec.TaskTemplate with
            {
                ContainerSpec = container with
                {
                    Secrets = container.Secrets?.ConvertAll(file => file with { SecretID = null }),
                    Configs = container.Configs?.ConvertAll(file => file with { ConfigID = null }),
                },
            },
        };
    }

    private static IEnumerable<(string Path, string Value)> Flat(string path, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Flat($"{path}.{member.Name}", member.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany((item, i) => Flat($"{path}[{i}]", item)),
        JsonValueKind.Null or JsonValueKind.False => [],
        JsonValueKind.Number when value.GetRawText() == "0" => [],
        JsonValueKind.String when value.GetString() == "" => [],
        _ => [(path, value.ToString())],
    };

    [GeneratedRegex("(\"demo_[a-zA-Z0-9_.]+)-[0-9a-f]{10}(?=\")")]
    private static partial Regex Marks();
}
