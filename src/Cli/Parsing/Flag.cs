namespace Orch.Cli.Parsing;

internal enum FlagKind
{
    /// <summary>Present or not; <c>--flag=false</c> takes it back.</summary>
    Switch,

    /// <summary>One value; given twice, the last one holds.</summary>
    Value,

    /// <summary>May be repeated; every value counts.</summary>
    List,
}

/// <summary>One option of a command, in the words help shows: <c>--name TYPE   help (default x)</c>.</summary>
internal sealed record Flag(string Name, FlagKind Kind, string Help)
{
    public char Short { get; init; }

    /// <summary>The kind of value in help: string, duration, bytes…</summary>
    public string Type { get; init; } = Kind == FlagKind.List ? "list" : "string";
    public string? Default { get; init; }
    public bool Hidden { get; init; }

    public static Flag Switch(string name, string help, char letter = '\0') =>
        new(name, FlagKind.Switch, help) { Short = letter };

    public static Flag Value(string name, string type, string help, string? standard = null, char letter = '\0') =>
        new(name, FlagKind.Value, help) { Type = type, Default = standard, Short = letter };

    public static Flag List(string name, string help, string type = "list", char letter = '\0') =>
        new(name, FlagKind.List, help) { Type = type, Short = letter };
}
