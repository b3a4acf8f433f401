using System.Text;

namespace Orch.Tests.EndToEnd.Cluster;

/// <summary>Debian's registry on a machine of the lab, with a login or open to all.</summary>
internal sealed class TestRegistry : IAsyncDisposable
{
    public const string Host = "127.0.0.1:5000";
    public const string User = "ci";
    public const string Password = "canary-password-7";
    public const string ListType = "application/vnd.docker.distribution.manifest.list.v2+json";
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>bcrypt of <see cref="Password"/>; the registry takes no other kind.</summary>
    private const string Users = "ci:$2b$05$abcdefghijklmnopqrstuu0XQOBpriWprgdAl7pwnkTOvIkibKiJ.\n";

    private readonly OrchMachine _machine;
    private readonly MachineProcess _process;
    private readonly string _folder;

    private TestRegistry(OrchMachine machine, MachineProcess process, string folder) =>
        (_machine, _process, _folder) = (machine, process, folder);

    public static async Task<TestRegistry> StartAsync(OrchMachine machine, bool open)
    {
        var folder = $"{machine.Machine.DataDirectory}/registry";
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync($"{folder}/users", Users);
        await File.WriteAllTextAsync($"{folder}/config.yml", $"""
            version: 0.1
            storage:
              filesystem:
                rootdirectory: /var/lib/orch/registry/data
              delete:
                enabled: true
            http:
              addr: {Host}

            """ + (open ? "" : """
            auth:
              htpasswd:
                realm: test
                path: /var/lib/orch/registry/users
            """));
        var process = await machine.Machine.StartAsync("docker-registry", "serve", "/var/lib/orch/registry/config.yml");
        await Until.TrueAsync("the registry listens", async () =>
            (await machine.Machine.ExecAsync("curl", "-s", "-o", "/dev/null", $"http://{Host}/v2/")).ExitCode == 0);
        return new(machine, process, folder);
    }

    /// <summary>Pushes with a credential that only this command knows, and forgets the local name.</summary>
    public async Task PushAsync(string local, string remote)
    {
        var auth = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{User}:{Password}"));
        var config = $$"""{"auths":{"{{Host}}":{"auth":"{{auth}}"} } }""";
        var script = $"""
            set -e
            export DOCKER_HOST=unix:///run/docker.sock DOCKER_CONFIG=$(mktemp -d)
            trap 'rm -rf "$DOCKER_CONFIG"' EXIT
            cat > "$DOCKER_CONFIG/config.json"
            docker tag {local} {Host}/{remote}
            docker push -q {Host}/{remote}
            docker rmi {Host}/{remote}
            """;
        (await _machine.Machine.ExecAsync(new ExecOptions { Input = config }, "sh", "-c", script)).EnsureSuccess();
    }

    /// <summary>Stores a list of images that were pushed, one for each architecture; its digest.</summary>
    public async Task<string> PutListAsync(string name, string tag, params (string Architecture, string Tag)[] images)
    {
        var entries = new List<string>();
        foreach (var (architecture, image) in images)
        {
            var (digest, size) = await ManifestAsync(name, image);
            entries.Add($$"""
                {"mediaType":"{{ManifestType}}","digest":"{{digest}}","size":{{size}},
                 "platform":{"architecture":"{{architecture}}","os":"linux"} }
                """);
        }
        var list = $$"""{"schemaVersion":2,"mediaType":"{{ListType}}","manifests":[{{string.Join(',', entries)}}] }""";
        var answer = await _machine.Machine.ExecAsync(new ExecOptions { Input = list }, "curl", "-sSf", "-D", "-", "-o", "/dev/null", "-X", "PUT",
            "-H", $"Content-Type: {ListType}", "--data-binary", "@-", $"http://{Host}/v2/{name}/manifests/{tag}");
        return Header(answer.EnsureSuccess().Output, "Docker-Content-Digest");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<(string Digest, string Size)> ManifestAsync(string name, string tag)
    {
        var headers = (await _machine.Machine.ExecAsync(
            "curl", "-sSfI", "-H", $"Accept: {ManifestType}", $"http://{Host}/v2/{name}/manifests/{tag}")).EnsureSuccess().Output;
        return (Header(headers, "Docker-Content-Digest"), Header(headers, "Content-Length"));
    }

    private static string Header(string headers, string name) => headers.Split('\n')
        .Select(line => line.Trim()).First(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))[(name.Length + 1)..].Trim();
}
