using Orch.Core.Model.Specs;

namespace Orch.Core.Templates;

/// <summary>
/// Docker's service templates: environment, hostname, and of mounts the source, the target, the volume's labels and its
/// driver's options. Everything else is taken as written. Throws <see cref="TemplateException"/> in Docker's words.
/// </summary>
public static class ContainerTemplates
{
    private const long Budget = 1024 * 1024;
    private static readonly Dictionary<string, Func<string, string>> NoFunctions = [];

    /// <summary>Some text of it may be a template; most specs have none, and they stay the object they are.</summary>
    public static bool AreIn(ContainerSpec spec) =>
        IsTemplate(spec.Hostname) || spec.Env?.Exists(IsTemplate) == true || spec.Mounts?.Exists(IsTemplate) == true;

    public static ContainerSpec Expand(ContainerSpec spec, IReadOnlyDictionary<string, object?> dot) => !AreIn(spec) ? spec : spec with
    {
        Env = spec.Env?.ConvertAll(entry => Text(entry, dot, $"env failed: expanding env \"{entry}\"")),
        Mounts = spec.Mounts?.ConvertAll(mount => Expand(mount, dot)),
        Hostname = spec.Hostname is null ? null : Text(spec.Hostname, dot, "hostname failed"),
    };

    private static Mount Expand(Mount mount, IReadOnlyDictionary<string, object?> dot) => !IsTemplate(mount) ? mount : mount with
    {
        Source = mount.Source is null ? null : Text(mount.Source, dot, $"mounts failed: expanding mount source \"{mount.Source}\""),
        Target = mount.Target is null ? null : Text(mount.Target, dot, $"mounts failed: expanding mount target \"{mount.Target}\""),
        VolumeOptions = mount.VolumeOptions is not { } volume ? null : volume with
        {
            Labels = Values(volume.Labels, dot, "volume labels"),
            DriverConfig = volume.DriverConfig is not { } driver ? null
                : driver with { Options = Values(driver.Options, dot, "volume driver config") },
        },
    };

    private static Dictionary<string, string>? Values(
        Dictionary<string, string>? map, IReadOnlyDictionary<string, object?> dot, string what) =>
        map?.ToDictionary(pair => pair.Key, pair => Text(pair.Value ?? "", dot, $"mounts failed: expanding {what} \"{pair.Key}\""));

    private static string Text(string text, IReadOnlyDictionary<string, object?> dot, string what)
    {
        if (!IsTemplate(text))
            return text;
        try
        {
            return GoTemplate.Parse(text).Render(dot, NoFunctions, Budget);
        }
        catch (TemplateException e)
        {
            throw new TemplateException($"expanding {what}: {e.Message}");
        }
    }

    private static bool IsTemplate(string? text) => text?.Contains("{{", StringComparison.Ordinal) == true;

    private static bool IsTemplate(Mount mount) => IsTemplate(mount.Source) || IsTemplate(mount.Target)
        || mount.VolumeOptions?.Labels?.Values.Any(IsTemplate) == true
        || mount.VolumeOptions?.DriverConfig?.Options?.Values.Any(IsTemplate) == true;
}
