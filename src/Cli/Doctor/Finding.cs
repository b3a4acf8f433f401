namespace Orch.Cli.Doctor;

internal enum Level
{
    Ok,

    /// <summary>It may be right as it is, or get right by itself.</summary>
    Warning,

    /// <summary>The machine cannot do its work so.</summary>
    Problem,
}

/// <summary>What one check came to, and what to do about it where something is to be done.</summary>
internal sealed record Finding(Level Level, string Check, string Text, string? Advice = null)
{
    public static Finding Ok(string check, string text) => new(Level.Ok, check, text);

    public static Finding Warning(string check, string text, string? advice = null) => new(Level.Warning, check, text, advice);

    public static Finding Problem(string check, string text, string advice) => new(Level.Problem, check, text, advice);
}
