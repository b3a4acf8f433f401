namespace Orch.Agent.Engine;

/// <summary>Where the engine listens: a unix socket, as only that is protected without further set-up.</summary>
public sealed record EngineAddress(string SocketPath)
{
    /// <summary>Accepts <c>unix:///path</c> or a bare absolute path; null with the reason in words otherwise.</summary>
    public static EngineAddress? TryParse(string text, out string problem)
    {
        const string Scheme = "unix://";
        var path = text.StartsWith(Scheme, StringComparison.Ordinal) ? text[Scheme.Length..] : text;
        problem = "";
        if (path.StartsWith('/') && path.Length <= 107)
            return new(path);
        problem = $"--engine {text}: expected unix:///PATH of the engine's socket, such as unix:///var/run/docker.sock";
        return null;
    }

    public override string ToString() => $"unix://{SocketPath}";
}
