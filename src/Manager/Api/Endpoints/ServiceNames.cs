using System.Security.Cryptography;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// A name for a service that was created without one, as Docker gives: readable, and different each time. Should it be
/// taken already, the create is refused as any other would be.
/// </summary>
internal static class ServiceNames
{
    private static readonly string[] _qualities =
    [
        "amber", "bold", "brave", "bright", "brisk", "calm", "clever", "deep", "eager", "early", "fair", "fond", "gentle", "glad",
        "grand", "keen", "kind", "lively", "lucid", "merry", "mild", "neat", "noble", "patient", "plain", "proud", "quick", "quiet",
        "rapid", "ready", "sharp", "silent", "smooth", "solid", "steady", "still", "swift", "tidy", "true", "warm", "wise", "young",
    ];

    private static readonly string[] _things =
    [
        "acorn", "anchor", "arrow", "beacon", "birch", "bridge", "brook", "cedar", "cliff", "cloud", "comet", "coral", "delta", "dune",
        "ember", "falcon", "fern", "fjord", "forest", "garden", "glacier", "harbour", "heron", "island", "lantern", "lark", "maple",
        "meadow", "mill", "moon", "oak", "orchard", "otter", "pebble", "pine", "planet", "reef", "river", "sparrow", "summit", "tide",
        "valley", "willow", "wren",
    ];

    public static string Any() => $"{Of(_qualities)}_{Of(_things)}_{RandomNumberGenerator.GetInt32(1000):d3}";

    private static string Of(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];
}
