using Orch.Core.Model.Specs;

namespace Orch.Contracts.Api;

/// <summary>What a registry says of an image: Docker's answer to <c>/distribution/NAME/json</c>.</summary>
public sealed record DistributionView
{
    public DescriptorView Descriptor { get; init; } = new();
    public List<PlatformSpec> Platforms { get; init; } = [];
}

public sealed record DescriptorView
{
    public string Digest { get; init; } = "";
}
