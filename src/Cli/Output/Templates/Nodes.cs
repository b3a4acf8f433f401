namespace Orch.Cli.Output.Templates;

/// <summary>A parsed template: text, actions and blocks.</summary>
internal abstract record Node
{
    internal sealed record Text(string Value) : Node;

    /// <summary><c>{{pipeline}}</c> prints; with a variable, <c>{{$x := pipeline}}</c>, it keeps the value instead.</summary>
    internal sealed record Action(Pipeline Pipeline, string? Variable) : Node;

    internal sealed record If(Pipeline Condition, IReadOnlyList<Node> Then, IReadOnlyList<Node> Else) : Node;

    internal sealed record With(Pipeline Value, IReadOnlyList<Node> Body, IReadOnlyList<Node> Else) : Node;

    internal sealed record Range(Pipeline Items, string? Key, string? Item, IReadOnlyList<Node> Body,
        IReadOnlyList<Node> Else) : Node;
}

/// <summary>Commands joined by "|": each result is the last argument of the next.</summary>
internal sealed record Pipeline(IReadOnlyList<IReadOnlyList<Operand>> Commands);

internal abstract record Operand
{
    internal sealed record Literal(object? Value) : Operand;

    internal sealed record Function(string Name) : Operand;

    /// <summary>Members of the dot (variable "."), of <c>$</c>, of <c>$name</c>, or of a group in parentheses.</summary>
    internal sealed record Path(string Variable, Pipeline? Group, IReadOnlyList<string> Members) : Operand;
}

/// <summary>A template that cannot be read or carried out, in words that name the place.</summary>
internal sealed class TemplateException(string message) : Exception(message);
