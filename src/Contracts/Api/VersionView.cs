namespace Orch.Contracts.Api;

/// <summary>Who answers and which API it speaks (docker-api §1.4). Component details are all text.</summary>
public sealed record VersionView
{
    public VersionPlatformView Platform { get; set; } = new("");
    public IReadOnlyList<ComponentView> Components { get; set; } = [];
    public string Version { get; set; } = "";
    public string ApiVersion { get; set; } = "";
    public string MinAPIVersion { get; set; } = "";
    public string GitCommit { get; set; } = "";

    /// <summary>Docker prints the compiler here; orch says its runtime.</summary>
    public string GoVersion { get; set; } = "";
    public string Os { get; set; } = "linux";
    public string Arch { get; set; } = "";
    public string KernelVersion { get; set; } = "";
    public string BuildTime { get; set; } = "";
}

public sealed record VersionPlatformView(string Name);

public sealed record ComponentView(string Name, string Version, IReadOnlyDictionary<string, string>? Details = null);
