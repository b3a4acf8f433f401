namespace Orch.Stacks.Loading;

/// <summary>What a file holds, or why it could not be read.</summary>
public readonly record struct FileContent(byte[]? Bytes, string? Error);

/// <summary>
/// The one way to the disk: reads a file of at most so many bytes. A longer one is an error; a missing one has the
/// error "no such file". Tests answer from memory.
/// </summary>
public delegate FileContent FileReader(string path, int maxBytes);

/// <summary>What to read and what from. Paths are relative to <see cref="WorkingDirectory"/>.</summary>
public sealed record LoadOptions
{
    public const string StandardInput = "-";

    /// <summary>Later files override earlier ones; "-" is standard input, which the reader knows under that name.</summary>
    public required IReadOnlyList<string> Files { get; init; }
    public required string WorkingDirectory { get; init; }
    public required FileReader Read { get; init; }
    public required Func<string, string?> Environment { get; init; }

    /// <summary>Files of variables instead of <c>.env</c> beside the first stack file.</summary>
    public IReadOnlyList<string> EnvFiles { get; init; } = [];
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>False leaves <c>${X}</c> as written.</summary>
    public bool Interpolate { get; init; } = true;
}
