using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Services;

/// <summary>
/// Turns a tag into the digest its registry has now, so that every machine runs the same image, and says so where it
/// cannot: a registry that does not answer never stops a deployment (Docker's rule).
/// </summary>
internal static class ImagePinning
{
    /// <summary>The spec with its image pinned and its platforms noted; as it was, with a warning, when nobody can tell.</summary>
    public static ServiceSpec Pin(Invocation call, ServiceSpec spec, string? registryAuth)
    {
        var image = spec.TaskTemplate?.ContainerSpec?.Image ?? "";
        if (image.Length == 0 || call.Flags.On("no-resolve-image") || ImageName.IsPinned(image))
            return spec;
        var tagged = ImageName.WithTag(image);
        if (Ask(call.Client, tagged, registryAuth) is not { } known)
        {
            Warn(call, tagged);
            return With(spec, image, null);
        }
        return With(spec, Pinned(tagged, known), Platforms(known));
    }

    /// <summary>What the registry knows of an image with a tag; null when it does not say.</summary>
    public static DistributionView? Ask(OrchClient client, string tagged, string? registryAuth)
    {
        var (status, body) = client.Send("GET", $"/distribution/{Path(tagged)}/json", [], registryAuth);
        return status == 200 && ApiJson.Read(body, ApiJson.Default.DistributionView) is { Descriptor.Digest.Length: > 0 } known ? known : null;
    }

    public static string Pinned(string tagged, DistributionView known) => $"{tagged}@{known.Descriptor.Digest}";

    public static List<PlatformSpec>? Platforms(DistributionView known) => known.Platforms.Count > 0 ? known.Platforms : null;

    public static void Warn(Invocation call, string tagged) =>
        call.Err.WriteLine($"image {tagged} could not be accessed on a registry to record\nits digest. Each node will access " +
            $"{tagged} independently,\npossibly leading to different nodes running different\nversions of the image.\n");

    public static ServiceSpec With(ServiceSpec spec, string image, List<PlatformSpec>? platforms)
    {
        var template = spec.TaskTemplate!;
        return spec with
        {
            TaskTemplate = template with
            {
                ContainerSpec = template.ContainerSpec! with { Image = image },
                Placement = template.Placement is null && platforms is null
                    ? null : (template.Placement ?? new()) with { Platforms = platforms },
            },
        };
    }

    private static string Path(string image) => string.Join('/', image.Split('/').Select(Uri.EscapeDataString));
}
