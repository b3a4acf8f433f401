using Orch.Cli.Contexts;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;

namespace Orch.Cli.Http;

/// <summary>
/// The manager to talk to: a unix socket on this machine (root needs no set-up), or HOST:PORT over mutual TLS with the
/// certificates in a directory, or what a context says. Chosen by --host, --context, ORCH_HOST, ORCH_CONTEXT, the context
/// in use, else this machine's socket.
/// </summary>
internal sealed record ManagerAddress
{
    public string? Socket { get; private init; }
    public string Host { get; private init; } = "";
    public int Port { get; private init; }
    public TlsFiles? Tls { get; private init; }

    /// <summary>The context that says what to trust and to show; null: <see cref="Tls"/> does.</summary>
    public RemoteContext? Context { get; private init; }
    public string? Token => Context?.Token;

    public override string ToString() => Socket is { } path ? $"unix://{path}" : $"tcp://{Host}:{Port}";

    public static ManagerAddress Choose(HostOptions options, Func<string, string?> env)
    {
        if (ContextName(options, env) is { } context)
            return Of(ContextStore.Of(env).Get(context));
        var paths = new MachinePaths(options.DataRoot, options.RunDir);
        var text = options.Host ?? (env("ORCH_HOST") is { Length: > 0 } set ? set : null);
        return text is null ? new() { Socket = paths.ControlSocket } : Parse(text, TlsFiles.Find(paths, env));
    }

    public static ManagerAddress Of(RemoteContext context) =>
        Parse(context.Host, new TlsFiles("", "", "")) with { Context = context };

    /// <summary>Null where an address was given, or this machine is meant.</summary>
    public static string? ContextName(HostOptions options, Func<string, string?> env)
    {
        if (options.Host is not null)
            return null;
        var name = options.Context ?? (env("ORCH_HOST") is { Length: > 0 } ? null
            : env("ORCH_CONTEXT") is { Length: > 0 } set ? set : ContextStore.Of(env).Current);
        return name is null or ContextStore.Local ? null : name;
    }

    private static ManagerAddress Parse(string text, TlsFiles tls)
    {
        if (text.StartsWith("unix://", StringComparison.Ordinal) && text.Length > 7)
            return new() { Socket = text[7..] };
        if (text.StartsWith('/'))
            return new() { Socket = text };
        var rest = text.StartsWith("tcp://", StringComparison.Ordinal) ? text[6..] : text;
        var (host, port) = Split(rest.TrimEnd('/'));
        if (host.Length == 0 || rest.Contains("://", StringComparison.Ordinal))
            throw new CommandException(
                $"invalid manager address \"{text}\": use unix:///path/to/orch.sock or tcp://HOST[:{MachineConfig.DefaultPort}]");
        return new() { Host = host, Port = port, Tls = tls };
    }

    /// <summary>HOST, HOST:PORT, [V6] or [V6]:PORT; a bare IPv6 address has no port. An empty host means "not an address".</summary>
    public static (string Host, int Port) Split(string text)
    {
        var colon = text.LastIndexOf(':');
        var bracket = text.LastIndexOf(']');
        var hasPort = colon > bracket && (bracket >= 0 || text.IndexOf(':', StringComparison.Ordinal) == colon);
        var host = (hasPort ? text[..colon] : text).TrimStart('[').TrimEnd(']');
        if (!hasPort)
            return (host, MachineConfig.DefaultPort);
        return ushort.TryParse(text[(colon + 1)..], out var port) && port > 0 ? (host, port) : ("", 0);
    }
}

/// <summary>PEM files a remote client shows and trusts: ORCH_TLS_CA, ORCH_TLS_CERT, ORCH_TLS_KEY, else the node's own.</summary>
internal sealed record TlsFiles(string Ca, string Certificate, string Key)
{
    public static TlsFiles Find(MachinePaths paths, Func<string, string?> env)
    {
        string Or(string name, string standard) => env(name) is { Length: > 0 } path ? path : standard;
        return new(
            Or("ORCH_TLS_CA", paths.CaCertificate),
            Or("ORCH_TLS_CERT", paths.NodeCertificate),
            Or("ORCH_TLS_KEY", paths.NodeKey));
    }
}
