namespace Orch.Stacks.Yaml;

/// <summary>Where a value was written: the file as the user named it, line and column counted from 1.</summary>
public readonly record struct Position(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}
