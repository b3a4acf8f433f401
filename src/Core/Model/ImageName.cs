namespace Orch.Core.Model;

/// <summary>What an image's name says of where it is from.</summary>
public static class ImageName
{
    public const string DefaultRegistry = "docker.io";

    /// <summary>
    /// The registry's host: the part before the first slash when it can be one (it has a dot or a colon, or is
    /// localhost), else Docker Hub. Docker's rule.
    /// </summary>
    public static string RegistryOf(string image)
    {
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0)
            return DefaultRegistry;
        var first = image[..slash];
        return first is "index.docker.io" ? DefaultRegistry
            : first is "localhost" || first.AsSpan().IndexOfAny('.', ':') >= 0 ? first : DefaultRegistry;
    }

    /// <summary>Whether the name fixes its content: <c>…@sha256:…</c>.</summary>
    public static bool IsPinned(string image) => image.Contains('@', StringComparison.Ordinal);

    /// <summary>With the tag that no tag means.</summary>
    public static string WithTag(string image) =>
        IsPinned(image) || image.LastIndexOf(':') > image.LastIndexOf('/') ? image : image + ":latest";
}
