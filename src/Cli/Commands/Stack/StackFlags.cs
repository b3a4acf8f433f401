using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Stack;

/// <summary>The options of every command that reads stack files.</summary>
internal static class StackFlags
{
    public static Flag[] Files =>
    [
        Flag.List("compose-file", "Path to a stack file, or \"-\" to read it from standard input; later ones override earlier ones",
            "strings", 'c'),
        Flag.List("env-file", "File of variables, instead of .env beside the stack file", "strings"),
        Flag.List("profile", "Include the services of this profile; * includes all", "strings"),
        Flag.Switch("strict", "Treat keys that are not honoured as errors"),
    ];

    /// <summary>Of the commands that compare with the cluster.</summary>
    public static Flag[] Images =>
    [
        Flag.Switch("with-registry-auth", "Send the logins that docker login keeps, for the images of the stack"),
        Flag.Value("resolve-image", "string", "Ask the registry for the digest of images: always, changed or never", "always"),
    ];

    /// <summary>Of the commands that say what a deploy would change.</summary>
    public static Flag Format =>
        Flag.Value("format", "string", "Format each change: 'json' or a Go TEMPLATE like '{{.Action}} {{.Kind}} {{.Name}}'");

    public static Flag Timeout => Flag.Value("timeout", "duration", "Longest time to wait; 0 waits without limit", "0s");

    /// <summary>Over when the time given is, or at Ctrl-C.</summary>
    public static CancellationTokenSource Deadline(Invocation call)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(call.Terminal.Interrupted);
        if (call.Flags.Nanos("timeout") is > 0 and var nanos)
            source.CancelAfter(TimeSpan.FromTicks(nanos / 100));
        return source;
    }
}
