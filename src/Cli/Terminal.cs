namespace Orch.Cli;

/// <summary>The command's surroundings: streams, clock and environment, so that tests can be the terminal.</summary>
internal sealed record Terminal(TextWriter Out, TextWriter Err, TimeProvider Clock, Func<string, string?> Env)
{
    /// <summary>Standard output shows escape sequences: progress may rewrite its lines.</summary>
    public bool IsInteractive { get; init; }

    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Standard input as bytes, for content that need not be text.</summary>
    public Func<Stream> OpenInput { get; init; } = () => Stream.Null;

    /// <summary>Cancelled by Ctrl-C or a request to terminate.</summary>
    public CancellationToken Interrupted { get; init; }
}
