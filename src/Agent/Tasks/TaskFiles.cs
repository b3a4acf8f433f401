using System.Globalization;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Agent.Tasks;

/// <summary>
/// A secret or config as one task wants it. FileName is its name in the task's folder, Asked the target as the spec has
/// it, Target its path in the container.
/// </summary>
public sealed record WantedFile(
    FileKind Kind, FileId Id, string Name, string FileName, string Asked, string Target, uint User, uint Group, uint Mode)
{
    public string Title => $"{(Kind == FileKind.Secret ? "secret" : "config")} {Name}";
}

/// <summary>A file as it is to lie in the task's folder.</summary>
public sealed record TaskFile(string FileName, byte[] Content, uint User, uint Group, uint Mode)
{
    /// <summary>Without the content, as logs may show it.</summary>
    public override string ToString() => $"{FileName} {User}:{Group} {Content.Length} bytes";
}

/// <summary>The files a container spec asks for, in its order, so that their names are the same after a restart.</summary>
public static class TaskFiles
{
    private const uint ModeBits = 0xFFF;

    public static IReadOnlyList<WantedFile> Of(ContainerSpec? spec)
    {
        if (spec is not ({ Secrets.Count: > 0 } or { Configs.Count: > 0 }))
            return [];
        var files = new List<WantedFile>();
        foreach (var reference in spec.Secrets ?? [])
            Add(files, FileKind.Secret, reference, reference.SecretID, reference.SecretName);
        foreach (var reference in spec.Configs ?? [])
            Add(files, FileKind.Config, reference, reference.ConfigID, reference.ConfigName);
        return files;
    }

    /// <summary>What names no file (a config that is a credential spec, say) is not mounted.</summary>
    private static void Add(List<WantedFile> files, FileKind kind, FileReference reference, string? id, string? name)
    {
        if (reference.File is not { Name: { Length: > 0 } asked } file || !Ids.TryParse<FileId>(id, out var parsed))
            return;
        var folder = kind == FileKind.Secret ? "/run/secrets/" : "/";
        files.Add(new(
            kind, parsed, name ?? "", files.Count.ToString(CultureInfo.InvariantCulture), asked,
            asked.StartsWith('/') ? asked : folder + asked, Number(file.UID), Number(file.GID), file.Mode & ModeBits));
    }

    private static uint Number(string? text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
