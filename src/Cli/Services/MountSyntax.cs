using System.Globalization;
using Orch.Cli.Parsing;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Services;

/// <summary>--mount: <c>type=volume|bind|tmpfs|npipe|cluster|image,source=,target=,readonly,…</c>.</summary>
internal static class MountSyntax
{
    public static Mount Parse(string text)
    {
        var mount = new Mount { Type = "volume" };
        foreach (var (key, value) in Csv.Pairs(text))
            mount = Apply(mount, key, value);
        Check(mount);
        // A volume mount that says anything about its volume carries a driver, as Docker's own do.
        return mount.VolumeOptions is { DriverConfig: null } volume
            ? mount with { VolumeOptions = volume with { DriverConfig = new() } } : mount;
    }

    private static Mount Apply(Mount mount, string key, string? value)
    {
        switch (key)
        {
            case "readonly" or "ro":
                return mount with { ReadOnly = Csv.Bool(key, value) ? true : null };
            case "volume-nocopy":
                return Volume(mount, v => v with { NoCopy = Csv.Bool(key, value) ? true : null });
            case "bind-nonrecursive":
                return Bind(mount, b => b with { NonRecursive = Csv.Bool(key, value) ? true : null });
            case "bind-create-src":
                return Bind(mount, b => b with { CreateMountpoint = Csv.Bool(key, value) ? true : null });
        }
        if (value is null)
            throw new FormatException($"invalid field '{key}' must be a key=value pair");
        return key switch
        {
            "type" => mount with { Type = value.ToLowerInvariant() },
            "source" or "src" => mount with { Source = Source(value) },
            "target" or "dst" or "destination" => mount with { Target = value },
            "consistency" => mount with { Consistency = value.ToLowerInvariant() },
            "bind-propagation" => Bind(mount, b => b with { Propagation = value.ToLowerInvariant() }),
            "bind-recursive" => Bind(mount, b => Recursive(b, value)),
            "volume-subpath" => Volume(mount, v => v with { Subpath = value }),
            "volume-driver" => Volume(mount, v => v with { DriverConfig = (v.DriverConfig ?? new()) with { Name = value } }),
            "volume-label" => Volume(mount, v => v with { Labels = With(v.Labels, value) }),
            "volume-opt" => Volume(mount, v => v with
            {
                DriverConfig = (v.DriverConfig ?? new()) with { Options = With(v.DriverConfig?.Options, value) },
            }),
            "tmpfs-size" => Tmpfs(mount, t => t with { SizeBytes = ByteSize.Parse(value) }),
            "tmpfs-mode" => Tmpfs(mount, t => t with { Mode = Octal(value) }),
            _ => throw new FormatException($"unknown option '{key}' in '{key}={value}'"),
        };
    }

    private static void Check(Mount mount)
    {
        if (string.IsNullOrEmpty(mount.Target))
            throw new FormatException("target is required");
        void Only(object? options, string prefix, string type)
        {
            if (options is not null && mount.Type != type)
                throw new FormatException($"cannot mix '{prefix}-*' options with mount type '{mount.Type}'");
        }
        Only(mount.VolumeOptions, "volume", "volume");
        Only(mount.BindOptions, "bind", "bind");
        Only(mount.TmpfsOptions, "tmpfs", "tmpfs");
    }

    private static BindOptions Recursive(BindOptions bind, string value) => value switch
    {
        "enabled" => bind,
        "disabled" => bind with { NonRecursive = true },
        "writable" => bind with { ReadOnlyNonRecursive = true },
        "readonly" => bind with { ReadOnlyForceRecursive = true },
        _ => throw new FormatException(
            $"invalid value for bind-recursive: {value} (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")"),
    };

    /// <summary>Docker's client makes a path that starts with "." absolute; everything else stays as written.</summary>
    private static string Source(string value) =>
        value is "." || value.StartsWith("./", StringComparison.Ordinal) || value.StartsWith("../", StringComparison.Ordinal)
            ? Path.GetFullPath(value) : value;

    private static uint Octal(string text)
    {
        try
        {
            return Convert.ToUInt32(text, 8);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new FormatException($"invalid value for tmpfs-mode: {text}");
        }
    }

    private static Mount Bind(Mount mount, Func<BindOptions, BindOptions> change) =>
        mount with { BindOptions = change(mount.BindOptions ?? new()) };

    private static Mount Volume(Mount mount, Func<VolumeOptions, VolumeOptions> change) =>
        mount with { VolumeOptions = change(mount.VolumeOptions ?? new()) };

    private static Mount Tmpfs(Mount mount, Func<TmpfsOptions, TmpfsOptions> change) =>
        mount with { TmpfsOptions = change(mount.TmpfsOptions ?? new()) };

    private static Dictionary<string, string> With(Dictionary<string, string>? map, string text)
    {
        var (key, value) = Csv.KeyValue(text);
        return new(map ?? []) { [key] = value };
    }
}
