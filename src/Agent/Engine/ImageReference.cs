namespace Orch.Agent.Engine;

/// <summary>An image's name split as the engine's pull wants it: a digest wins over a tag, no tag means latest.</summary>
public readonly record struct ImageReference(string Name, string Tag)
{
    public static ImageReference Parse(string image)
    {
        var at = image.IndexOf('@', StringComparison.Ordinal);
        var named = at < 0 ? image : image[..at];

        // A colon before the last slash belongs to the registry's port, not to a tag.
        var colon = named.LastIndexOf(':');
        var tagged = colon > named.LastIndexOf('/');
        var name = tagged ? named[..colon] : named;
        return new(name, at >= 0 ? image[(at + 1)..] : tagged ? named[(colon + 1)..] : "latest");
    }
}
