namespace Orch.Cli.Parsing;

/// <summary>One command: what it is called, what help says, which options it takes and what it does.</summary>
internal sealed record Command
{
    /// <summary>The words after <c>orch</c>: "service create".</summary>
    public required string Name { get; init; }

    /// <summary>The rest of the usage line: "[OPTIONS] IMAGE [COMMAND] [ARG...]".</summary>
    public string Usage { get; init; } = "[OPTIONS]";
    public required string Summary { get; init; }

    /// <summary>Further paragraphs of help.</summary>
    public string? Details { get; init; }

    /// <summary>Command lines, each with a comment line before it.</summary>
    public string? Examples { get; init; }
    public IReadOnlyList<Flag> Flags { get; init; } = [];
    public int MinWords { get; init; }
    public int MaxWords { get; init; }

    /// <summary>The words after the first are a program and its own options.</summary>
    public bool StopAtFirstWord { get; init; }
    public required Func<Invocation, int> Run { get; init; }
}
