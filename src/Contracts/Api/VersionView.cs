namespace Orch.Contracts.Api;

/// <summary>Who answers and which API it speaks (docker-api §1.4). Component details are all text.</summary>
public sealed record VersionView
{
    public VersionPlatformView Platform { get; init; } = new("");
    public IReadOnlyList<ComponentView> Components { get; init; } = [];
    public string Version { get; init; } = "";
    public string ApiVersion { get; init; } = "";
    public string MinAPIVersion { get; init; } = "";
    public string GitCommit { get; init; } = "";

    /// <summary>Docker prints the compiler here; orch says its runtime.</summary>
    public string GoVersion { get; init; } = "";
    public string Os { get; init; } = "linux";
    public string Arch { get; init; } = "";
    public string KernelVersion { get; init; } = "";
    public string BuildTime { get; init; } = "";
}

public sealed record VersionPlatformView(string Name);

public sealed record ComponentView(string Name, string Version, IReadOnlyDictionary<string, string>? Details = null);
