using System.Text.RegularExpressions;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>What secrets, configs and references to them must fulfil, with Docker's error texts.</summary>
public static partial class FileRules
{
    /// <summary>Bytes; the first size that is too much.</summary>
    private const int SecretBytes = 500 * 1024, ConfigBytes = 1000 * 1024;
    private const int MaxNameLength = 64;

    /// <summary>Labels travel with each list: what they may take together, in characters.</summary>
    private const int MaxLabelLength = 128 * 1024;

    public static string WordOf(FileKind kind) => kind == FileKind.Secret ? "secret" : "config";

    public static Refusal? Check(FileKind kind, FileSpec spec) =>
        CheckName(spec.Name) ?? CheckDriver(spec) ?? CheckLabels(spec.Labels) ?? CheckTemplating(spec.Templating)
        ?? CheckData(kind, spec.Data);

    public static Refusal? CheckLabels(Dictionary<string, string>? labels) =>
        (labels ?? []).Sum(label => (long)label.Key.Length + (label.Value?.Length ?? 0)) <= MaxLabelLength
            ? null : Invalid($"labels are longer than {MaxLabelLength} characters together");

    private static Refusal? CheckName(string name)
    {
        if (name.Length == 0)
            return Invalid("name must be provided");
        return name.Length <= MaxNameLength && Name().IsMatch(name) ? null : Invalid(
            "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]");
    }

    private static Refusal? CheckDriver(FileSpec spec) =>
        spec.Driver is null ? null
        : spec.Driver.Name is null or "" ? Invalid("secret driver must have a name")
        : Invalid($"plugin \"{spec.Driver.Name}\" not found");

    private static Refusal? CheckTemplating(DriverConfig? templating) => templating?.Name is null or "" or "golang"
        ? null : Invalid($"template driver \"{templating.Name}\" is not known: there is golang");

    private static Refusal? CheckData(FileKind kind, byte[]? data)
    {
        var limit = kind == FileKind.Secret ? SecretBytes : ConfigBytes;
        return data?.Length > 0 && data.Length < limit
            ? null : Invalid($"{WordOf(kind)} data must be larger than 0 and less than {limit} bytes");
    }

    /// <summary>The references of a service, as far as they can be judged without the state.</summary>
    public static Refusal? CheckReferences(ContainerSpec? container) => container is null ? null
        : CheckReferences(FileKind.Secret, container.Secrets) ?? CheckReferences(FileKind.Config, container.Configs);

    private static Refusal? CheckReferences(FileKind kind, List<FileReference>? references)
    {
        var word = WordOf(kind);
        var targets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var reference in references ?? [])
        {
            var (id, name) = Named(kind, reference);
            if (id is null or "" || name is null or "")
                return Invalid($"malformed {word} reference");
            if (reference.File is not { } file)
            {
                // A config may be meant for the engine itself (credential specs) instead of for a file.
                if (kind == FileKind.Config && reference.Unknown?.ContainsKey("Runtime") == true)
                    continue;
                return Invalid($"malformed {word} reference, no target provided");
            }
            if (file.Name is null or "")
                return Invalid($"malformed file {word} reference, invalid target file name provided");
            if (!targets.TryAdd(file.Name, name))
                return Invalid($"{word} references '{targets[file.Name]}' and '{name}' have a conflicting target: '{file.Name}'");
            if (CheckOwner(word, name, file) is { } refusal)
                return refusal;
        }
        return null;
    }

    /// <summary>A node could only reject the task for it, once for every attempt.</summary>
    private static Refusal? CheckOwner(string word, string name, FileTarget file)
    {
        foreach (var (what, value) in new[] { ("uid", file.UID), ("gid", file.GID) })
        {
            if (value is not (null or "") && !uint.TryParse(value, System.Globalization.NumberStyles.None, null, out _))
                return Invalid($"{word} reference '{name}': {what} '{value}' is not a number");
        }
        return file.Mode <= 0xFFF ? null : Invalid($"{word} reference '{name}': mode {file.Mode} is more than 07777");
    }

    /// <summary>Each reference names a file by an id and a name that belong together.</summary>
    public static Refusal? CheckExist(ClusterState state, ServiceSpec spec)
    {
        var container = spec.TaskTemplate?.ContainerSpec;
        return CheckExist(state, FileKind.Secret, container?.Secrets) ?? CheckExist(state, FileKind.Config, container?.Configs);
    }

    private static Refusal? CheckExist(ClusterState state, FileKind kind, List<FileReference>? references)
    {
        var missing = new List<string>();
        foreach (var reference in references ?? [])
        {
            var (id, name) = Named(kind, reference);
            if (!Ids.TryParse<FileId>(id, out var file) || !state.Files.TryGet(file, out var found) || found.Kind != kind
                || !found.AnswersTo(name!))
                missing.Add(name!);
        }
        return missing.Count == 0 ? null
            : Invalid($"{WordOf(kind)}{(missing.Count > 1 ? "s" : "")} not found: {string.Join(", ", missing)}");
    }

    public static (string? Id, string? Name) Named(FileKind kind, FileReference reference) => kind == FileKind.Secret
        ? (reference.SecretID, reference.SecretName) : (reference.ConfigID, reference.ConfigName);

    private static Refusal Invalid(string message) => new(RefusalKind.Invalid, message);

    [GeneratedRegex("^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?$", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
