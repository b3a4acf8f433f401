using System.Globalization;
using Orch.Core.Model.Specs;
using Orch.Stacks.Loading;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Conversion;

/// <summary>Mounts: volumes get their name in the stack, their driver and the stack's label; <c>tmpfs</c> lines become mounts.</summary>
internal sealed class MountConverter(string stack, StackFile file)
{
    public List<Mount>? Convert(MapNode service)
    {
        List<Mount> mounts = [.. service.Maps("volumes").Select(One), .. (service.Texts("tmpfs") ?? []).Select(Tmpfs)];
        return mounts.Count == 0 ? null : mounts;
    }

    private Mount One(MapNode mount)
    {
        var type = mount.Text("type");
        var plain = new Mount
        {
            Type = type,
            Target = mount.Text("target"),
            Source = mount.Text("source"),
            ReadOnly = mount.Bool("read_only") == true ? true : null,
            Consistency = mount.Text("consistency"),
        };
        return type switch
        {
            "volume" when plain.Source is { } key => Volume(plain, key, mount.Map("volume")),
            "volume" => plain with { VolumeOptions = Own(mount.Map("volume")) },
            "bind" => plain with { BindOptions = Bind(mount.Map("bind")) },
            "tmpfs" when mount.Map("tmpfs") is { } options =>
                plain with { TmpfsOptions = new() { SizeBytes = options.Long("size"), Mode = options.UInt("mode") } },
            _ => plain,
        };
    }

    private Mount Volume(Mount mount, string key, MapNode? options)
    {
        var volume = file.Volumes[key] as MapNode;
        var own = Own(options) ?? new();
        if (volume.Bool("external") == true)
            return mount with { Source = volume.Text("name") ?? key, VolumeOptions = own };
        var (driver, driverOptions) = (volume.Text("driver"), volume.Pairs("driver_opts"));
        return mount with
        {
            Source = volume.Text("name") ?? StackNames.Scope(stack, key),
            VolumeOptions = own with
            {
                Labels = StackNames.Labels(stack, volume.Pairs("labels")),
                DriverConfig = driver is null && driverOptions is null ? null : new() { Name = driver, Options = driverOptions },
            },
        };
    }

    private static VolumeOptions? Own(MapNode? options) => options is null ? null
        : new() { NoCopy = options.Bool("nocopy") == true ? true : null, Subpath = options.Text("subpath") };

    private static BindOptions? Bind(MapNode? options) => options is null ? null : new()
    {
        Propagation = options.Text("propagation"),
        CreateMountpoint = options.Bool("create_host_path") == true ? true : null,
        NonRecursive = options.Text("recursive") == "disabled" ? true : null,
        ReadOnlyNonRecursive = options.Text("recursive") == "writable" ? true : null,
        ReadOnlyForceRecursive = options.Text("recursive") == "readonly" ? true : null,
    };

    /// <summary>PATH[:size=64M,mode=1777].</summary>
    private static Mount Tmpfs(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var mount = new Mount { Type = "tmpfs", Target = colon < 0 ? text : text[..colon] };
        if (colon < 0)
            return mount;
        var options = new TmpfsOptions();
        foreach (var option in text[(colon + 1)..].Split(','))
            options = option.Split('=', 2) switch
            {
                ["size", var size] when TryBytes(size, out var bytes) => options with { SizeBytes = bytes },
                ["mode", var mode] when Scalars.TryInteger("0" + mode, out var bits) => options with { Mode = (uint)bits },
                _ => options,
            };
        return mount with { TmpfsOptions = options };
    }

    private static bool TryBytes(string text, out long bytes)
    {
        try
        {
            bytes = ByteSize.Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bytes);
        }
    }
}
