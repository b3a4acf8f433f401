using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Tests.Core.Planning;

namespace Orch.Tests.Core.Files;

/// <summary>Secrets and configs for tests, read as sentences.</summary>
internal static class FileRig
{
    public static FileId Secret(this Rig rig, string name, string content = "one") => rig.Create(FileKind.Secret, name, content);

    public static FileId Create(this Rig rig, FileKind kind, string name, string content) =>
        Ids.Parse<FileId>(rig.Ok(new CreateFile(kind, Spec(name, content))).Reply.CreatedId!);

    public static FileSpec Spec(string name, string content) => new() { Name = name, Data = [.. content.Select(c => (byte)c)] };

    /// <summary>New content for the newest of a name.</summary>
    public static Decision Replace(this Rig rig, FileKind kind, string name, string content) =>
        rig.Do(new ReplaceFile(kind, name, rig.File(kind, name)!.Version, new() { Data = [.. content.Select(c => (byte)c)] }));

    public static ClusterFile? File(this Rig rig, FileKind kind, string name) =>
        rig.State.FilesByName.TryGet(new(kind, name), out var id) ? rig.State.Files.Get(id) : null;

    public static ServiceSpec With(this ServiceSpec spec, FileId secret, string name, string? target = null) =>
        spec.With(container => container with
        {
            Secrets =
            [
                .. container.Secrets ?? [],
                new() { SecretID = secret.ToString(), SecretName = name, File = new() { Name = target ?? name, UID = "0", GID = "0", Mode = 292 } },
            ],
        });

    public static ServiceSpec WithConfig(this ServiceSpec spec, FileId config, string name) => spec.With(container => container with
    {
        Configs = [new() { ConfigID = config.ToString(), ConfigName = name, File = new() { Name = "/" + name, Mode = 292 } }],
    });

    public static ServiceSpec With(this ServiceSpec spec, Func<ContainerSpec, ContainerSpec> change) =>
        spec with { TaskTemplate = spec.TaskTemplate! with { ContainerSpec = change(spec.TaskTemplate!.ContainerSpec!) } };

    public static IEnumerable<string?> SecretsOf(this Rig rig, ServiceId service) =>
        rig.State.Services.Get(service)!.Spec.TaskTemplate!.ContainerSpec!.Secrets!.Select(reference => reference.SecretID);
}
