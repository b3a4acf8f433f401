namespace Orch.Core.Templates;

/// <summary>A parsed template: text, actions and blocks.</summary>
public abstract record Node
{
    public sealed record Text(string Value) : Node;

    /// <summary><c>{{pipeline}}</c> prints; with a variable, <c>{{$x := pipeline}}</c>, it keeps the value instead.</summary>
    public sealed record Action(Pipeline Pipeline, string? Variable) : Node;

    public sealed record If(Pipeline Condition, IReadOnlyList<Node> Then, IReadOnlyList<Node> Else) : Node;

    public sealed record With(Pipeline Value, IReadOnlyList<Node> Body, IReadOnlyList<Node> Else) : Node;

    public sealed record Range(Pipeline Items, string? Key, string? Item, IReadOnlyList<Node> Body,
        IReadOnlyList<Node> Else) : Node;
}

/// <summary>Commands joined by "|": each result is the last argument of the next.</summary>
public sealed record Pipeline(IReadOnlyList<IReadOnlyList<Operand>> Commands);

public abstract record Operand
{
    public sealed record Literal(object? Value) : Operand;

    public sealed record Function(string Name) : Operand;

    /// <summary>Members of the dot (variable "."), of <c>$</c>, of <c>$name</c>, or of a group in parentheses.</summary>
    public sealed record Path(string Variable, Pipeline? Group, IReadOnlyList<string> Members) : Operand;
}

/// <summary>A template that cannot be read or carried out, in words that name the place.</summary>
public sealed class TemplateException(string message) : Exception(message);
