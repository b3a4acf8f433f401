using System.Security.Cryptography;
using System.Text;
using Orch.Core.Model.Specs;
using Orch.Stacks.Loading;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Conversion;

/// <summary>
/// Secrets and configs. What the cluster stores cannot be changed, so a mark of the content is part of the name: other
/// content is another object, and services that use it are updated (docs/stacks.md).
/// </summary>
internal sealed class FileConverter(string stack, FileReader read, Func<string, string?> environment, ProblemList problems)
{
    private const int MaxSecret = 512_000;
    private const int MaxConfig = 1_024_000;

    /// <summary>A secret's mark is seen by whoever may list names, so that guessing what it stands for must be slow.</summary>
    private const int Iterations = 100_000;
    private const int MarkBytes = 5;

    public List<PlannedFile> Convert(FileKind kind, MapNode section) =>
        [.. section.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Where(entry => entry.Value is MapNode)
            .Select(entry => Convert(kind, entry, (MapNode)entry.Value))];

    private PlannedFile Convert(FileKind kind, Entry entry, MapNode value)
    {
        if (value.Bool("external") == true)
            return new(kind, entry.Key, value.Text("name") ?? entry.Key, entry.At) { IsExternal = true };
        var driver = value.Text("driver");
        var data = driver is null ? Content(kind, entry, value) : [];
        var template = value.Text("template_driver");
        var hash = Mark(kind, entry.Key, data, template, driver);
        return new(kind, entry.Key, value.Text("name") ?? $"{StackNames.Scope(stack, entry.Key)}-{hash}", entry.At)
        {
            Data = data,
            Hash = hash,
            TemplateDriver = template,
            Driver = driver is null ? null : new() { Name = driver, Options = value.Pairs("driver_opts") },
            Labels = new(StackNames.Labels(stack, value.Pairs("labels"))) { [StackNames.Content] = hash },
        };
    }

    private byte[] Content(FileKind kind, Entry entry, MapNode value)
    {
        var most = kind == FileKind.Secret ? MaxSecret : MaxConfig;
        var what = $"{(kind == FileKind.Secret ? "secrets" : "configs")}.{entry.Key}";
        byte[]? data = null;
        if (value["file"] is ScalarNode path)
        {
            var content = read(path.Text, most - 1);
            if (content.Bytes is null)
                problems.Error(path.At, $"{what}: cannot read {path.Text}: {content.Error}");
            data = content.Bytes ?? [0];
        }
        else if (value["environment"] is ScalarNode name)
        {
            if (environment(name.Text) is not { } text)
                problems.Error(name.At, $"{what}: variable {name.Text} is not set");
            else
                data = Encoding.UTF8.GetBytes(text);
        }
        else if (value["content"] is ScalarNode text)
            data = Encoding.UTF8.GetBytes(text.Text);
        if (data is { Length: 0 })
            problems.Error(entry.At, $"{what} is empty", "at least one byte is needed");
        else if (data?.Length >= most)
            problems.Error(entry.At, $"{what} is too large: {data.Length:N0} bytes, {most - 1:N0} are possible");
        return data ?? [];
    }

    private string Mark(FileKind kind, string key, byte[] data, string? template, string? driver)
    {
        var salt = Encoding.UTF8.GetBytes($"{stack}\0{key}\0{template}\0{driver}");
        byte[] mark = kind == FileKind.Secret
            ? Rfc2898DeriveBytes.Pbkdf2(data, salt, Iterations, HashAlgorithmName.SHA256, MarkBytes)
            : SHA256.HashData([.. salt, .. data])[..MarkBytes];
        return System.Convert.ToHexStringLower(mark);
    }

    /// <summary>Sorted by name, readable by all unless said otherwise; the id is filled in at deploy.</summary>
    public static List<FileReference>? References(MapNode service, string key, IReadOnlyList<PlannedFile> files)
    {
        var references = new List<FileReference>();
        foreach (var item in service.Maps(key))
        {
            var source = item.Text("source") ?? "";
            if (files.FirstOrDefault(file => file.Key == source) is not { } file)
                continue;
            var target = new FileTarget
            {
                Name = item.Text("target") is { Length: > 0 } name ? name : source,
                UID = item.Text("uid") ?? "0",
                GID = item.Text("gid") ?? "0",
                Mode = item.UInt("mode") ?? 292,
            };
            references.Add(file.Kind == FileKind.Secret
                ? new() { File = target, SecretName = file.Name }
                : new() { File = target, ConfigName = file.Name });
        }
        return references.Count == 0 ? null
            : [.. references.OrderBy(reference => reference.SecretName ?? reference.ConfigName, StringComparer.Ordinal)];
    }
}
