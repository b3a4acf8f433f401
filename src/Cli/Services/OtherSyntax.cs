using System.Globalization;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Services;

/// <summary>The smaller option values: networks, secrets and configs, limits, hosts, resources, preferences.</summary>
internal static class OtherSyntax
{
    /// <summary>NAME, or name=NAME,alias=A,driver-opt=K=V.</summary>
    public static NetworkAttachment Network(string text)
    {
        if (!text.Contains('=', StringComparison.Ordinal))
            return new() { Target = text };
        var network = new NetworkAttachment();
        foreach (var (key, value) in Csv.Pairs(text))
            network = key switch
            {
                "name" => network with { Target = value },
                "alias" => network with { Aliases = [.. network.Aliases ?? [], value ?? ""] },
                "driver-opt" when value?.Contains('=', StringComparison.Ordinal) == true =>
                    network with { DriverOpts = Add(network.DriverOpts, value) },
                "driver-opt" => throw new FormatException("invalid key value pair format in driver options"),
                _ => throw new FormatException("invalid field key " + key),
            };
        return string.IsNullOrEmpty(network.Target) ? throw new FormatException("network name/id is not specified") : network;
    }

    /// <summary>NAME, or source=NAME,target=FILE,uid=,gid=,mode=; the id is filled in later.</summary>
    public static (string Source, FileTarget File) FileReference(string text)
    {
        var pairs = text.Contains('=', StringComparison.Ordinal) ? Csv.Pairs(text) : [("source", text)];
        var source = "";
        var file = new FileTarget { UID = "0", GID = "0", Mode = 292 };
        foreach (var (key, value) in pairs)
            (source, file) = key switch
            {
                "source" or "src" => (value ?? "", file),
                "target" => (source, file with { Name = value }),
                "uid" => (source, file with { UID = value }),
                "gid" => (source, file with { GID = value }),
                "mode" => (source, file with { Mode = Mode(value) }),
                _ => throw new FormatException($"invalid field in request: {key}"),
            };
        if (source.Length == 0)
            throw new FormatException("source is required");
        return (source, file with { Name = string.IsNullOrEmpty(file.Name) ? source : file.Name });
    }

    private static uint Mode(string? text)
    {
        try
        {
            return Convert.ToUInt32(text ?? "", 8);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new FormatException($"invalid mode specified: {text}");
        }
    }

    /// <summary>NAME=SOFT[:HARD].</summary>
    public static Ulimit Ulimit(string text)
    {
        var (name, value) = Csv.KeyValue(text);
        var limits = value.Split(':');
        if (name.Length == 0 || limits.Length > 2
            || !long.TryParse(limits[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var soft)
            || !long.TryParse(limits[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var hard))
            throw new FormatException($"invalid ulimit argument: {text}");
        if (hard != -1 && (soft > hard || soft == -1))
            throw new FormatException($"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}");
        return new() { Name = name, Soft = soft, Hard = hard };
    }

    /// <summary>HOST:IP or HOST=IP as a hosts file has it, "IP HOST".</summary>
    public static string Host(string text)
    {
        var at = text.IndexOfAny([':', '=']);
        if (at <= 0 || !System.Net.IPAddress.TryParse(text[(at + 1)..].Trim('[', ']'), out _))
            throw new FormatException($"bad format for add-host: \"{text}\" (HOST:IP)");
        return $"{text[(at + 1)..].Trim('[', ']')} {text[..at]}";
    }

    /// <summary>KIND=N, counted, or KIND=NAME, named.</summary>
    public static GenericResource Resource(string text)
    {
        var (kind, value) = Csv.KeyValue(text);
        if (kind.Length == 0 || value.Length == 0)
            throw new FormatException($"invalid generic resource '{text}': use KIND=N");
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new() { DiscreteResourceSpec = new() { Kind = kind, Value = count } }
            : throw new FormatException($"invalid generic-resource request `{text}`, Named Generic Resources is not supported for service create or update");
    }

    public static PlacementPreference Preference(string text)
    {
        var (strategy, value) = Csv.KeyValue(text);
        if (!strategy.Equals("spread", StringComparison.OrdinalIgnoreCase) || value.Length == 0)
            throw new FormatException($"unsupported placement preference {text} (only spread=node.labels.X is supported)");
        return new() { Spread = new() { SpreadDescriptor = value } };
    }

    /// <summary>CPUs as a decimal number, in billionths; more than nine decimals cannot be kept.</summary>
    public static long Cpus(string text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cpus)
            || cpus > 1_000_000)
            throw new FormatException($"failed to parse {text} as a number of CPUs");
        var nanos = cpus * 1_000_000_000;
        return nanos == decimal.Truncate(nanos) ? (long)nanos : throw new FormatException("value is too precise");
    }

    /// <summary>CAP_NET_ADMIN for net_admin; ALL stays.</summary>
    public static string Capability(string text)
    {
        var upper = text.Trim().ToUpperInvariant();
        return upper == "ALL" || upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper : "CAP_" + upper;
    }

    /// <summary>An image with the tag a user leaves out, in its short name.</summary>
    public static string Image(string text)
    {
        var name = text;
        foreach (var prefix in new[] { "docker.io/library/", "docker.io/" })
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                name = name[prefix.Length..];
                break;
            }
        var tagged = name.IndexOf(':', name.LastIndexOf('/') + 1) >= 0 || name.Contains('@', StringComparison.Ordinal);
        return tagged || name.Length == 0 ? name : name + ":latest";
    }

    public static Dictionary<string, string> Add(Dictionary<string, string>? map, string text)
    {
        var (key, value) = Csv.KeyValue(text);
        return new(map ?? []) { [key] = value };
    }
}
