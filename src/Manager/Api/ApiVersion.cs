using System.Globalization;

namespace Orch.Manager.Api;

/// <summary>A version of Docker's API, and which of them are spoken (docker-api §1).</summary>
public readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>Announced; what a path without version means.</summary>
    public static readonly ApiVersion Max = new(1, 51);

    /// <summary>Lower than today's engines accept, so that clients with a fixed version go on working.</summary>
    public static readonly ApiVersion Min = new(1, 24);

    public int CompareTo(ApiVersion other) =>
        Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    /// <summary>Reads 1.51 or 1; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ApiVersion version)
    {
        version = default;
        var dot = text.IndexOf('.');
        var major = dot < 0 ? text : text[..dot];
        var minor = dot < 0 ? "0" : text[(dot + 1)..];
        if (!int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second))
            return false;
        version = new(first, second);
        return true;
    }

    /// <summary>Why this version is not served, in Docker's words; null when it is. Text is what the client wrote.</summary>
    public string? Problem(string text)
    {
        if (CompareTo(Max) > 0)
            return $"client version {text} is too new. Maximum supported API version is {Max}";
        if (CompareTo(Min) < 0)
            return $"client version {text} is too old. Minimum supported API version is {Min}, "
                + "please upgrade your client to a newer version";
        return null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
