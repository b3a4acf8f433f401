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
        var (status, body) = call.Client.Send("GET", $"/distribution/{Path(tagged)}/json", [], registryAuth);
        var known = status == 200 ? ApiJson.Read(body, ApiJson.Default.DistributionView) : null;
        if (known is not { Descriptor.Digest.Length: > 0 })
        {
            call.Err.WriteLine($"image {tagged} could not be accessed on a registry to record\nits digest. Each node will access " +
                $"{tagged} independently,\npossibly leading to different nodes running different\nversions of the image.\n");
            return With(spec, image, null);
        }
        return With(spec, $"{tagged}@{known.Descriptor.Digest}", known.Platforms.Count > 0 ? known.Platforms : null);
    }

    private static ServiceSpec With(ServiceSpec spec, string image, List<PlatformSpec>? platforms)
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
