using Orch.Cli.Http;

namespace Orch.Cli.Parsing;

/// <summary>A command being run: its options and words, the terminal, and the manager it talks to.</summary>
internal sealed class Invocation(Command command, ParsedFlags flags, Terminal terminal, HostOptions host) : IDisposable
{
    private OrchClient? _client;

    public Command Command { get; } = command;
    public ParsedFlags Flags { get; } = flags;
    public IReadOnlyList<string> Words => Flags.Words;
    public Terminal Terminal { get; } = terminal;
    public HostOptions Host { get; } = host;
    public TextWriter Out => Terminal.Out;
    public TextWriter Err => Terminal.Err;

    /// <summary>Connected on first use.</summary>
    public OrchClient Client => _client ??= new OrchClient(ManagerAddress.Choose(Host, Terminal.Env));

    public void Dispose() => _client?.Dispose();
}

/// <summary>Where this machine's files are and which manager is meant; null where nothing was said.</summary>
internal sealed record HostOptions(string? Host, string DataRoot, string RunDir, string? Context = null);
