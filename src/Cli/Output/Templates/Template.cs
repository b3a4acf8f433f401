using System.Text;
using Orch.Cli.Parsing;

namespace Orch.Cli.Output.Templates;

/// <summary>
/// A --format text: Go's template language as far as listing and inspecting needs it (members, pipelines, if, with,
/// range, variables, the common functions). Mistakes are <see cref="CommandException"/>s that name them.
/// </summary>
internal sealed class Template
{
    private readonly IReadOnlyList<Node> _nodes;

    private Template(IReadOnlyList<Node> nodes) => _nodes = nodes;

    public static Template Parse(string text)
    {
        try
        {
            return new(TemplateParser.Parse(text));
        }
        catch (TemplateException e)
        {
            throw new CommandException($"template parsing error: {e.Message} (in --format)");
        }
    }

    public string Render(object? root)
    {
        try
        {
            var text = new StringBuilder();
            var scope = new Dictionary<string, object?> { ["."] = root, ["$"] = root };
            Render(_nodes, scope, text);
            return text.ToString();
        }
        catch (TemplateException e)
        {
            throw new CommandException($"template execution error: {e.Message} (in --format)");
        }
    }

    private static void Render(IReadOnlyList<Node> nodes, Dictionary<string, object?> scope, StringBuilder to)
    {
        foreach (var node in nodes)
            Render(node, scope, to);
    }

    private static void Render(Node node, Dictionary<string, object?> scope, StringBuilder to)
    {
        switch (node)
        {
            case Node.Text text:
                to.Append(text.Value);
                break;
            case Node.Action { Variable: { } name } action:
                scope[name] = Evaluate(action.Pipeline, scope);
                break;
            case Node.Action action:
                to.Append(TemplateValue.Print(Evaluate(action.Pipeline, scope)));
                break;
            case Node.If branch:
                Render(TemplateValue.IsTrue(Evaluate(branch.Condition, scope)) ? branch.Then : branch.Else,
                    new(scope), to);
                break;
            case Node.With with:
                var value = Evaluate(with.Value, scope);
                if (TemplateValue.IsTrue(value))
                    Render(with.Body, new(scope) { ["."] = value }, to);
                else
                    Render(with.Else, new(scope), to);
                break;
            case Node.Range range:
                RenderRange(range, scope, to);
                break;
        }
    }

    private static void RenderRange(Node.Range range, Dictionary<string, object?> scope, StringBuilder to)
    {
        var any = false;
        foreach (var (key, item) in TemplateValue.Items(Evaluate(range.Items, scope)))
        {
            any = true;
            var inner = new Dictionary<string, object?>(scope) { ["."] = item };
            if (range.Key is { } keyName)
                inner[keyName] = key;
            if (range.Item is { } itemName)
                inner[itemName] = item;
            Render(range.Body, inner, to);
        }
        if (!any)
            Render(range.Else, new(scope), to);
    }

    private static object? Evaluate(Pipeline pipeline, Dictionary<string, object?> scope)
    {
        object? result = null;
        for (var i = 0; i < pipeline.Commands.Count; i++)
        {
            var operands = pipeline.Commands[i];
            if (operands[0] is Operand.Function function)
            {
                var args = operands.Skip(1).Select(operand => Evaluate(operand, scope)).ToList();
                if (i > 0)
                    args.Add(result);
                result = TemplateFunctions.Call(function.Name, args);
            }
            else if (operands.Count == 1 && i == 0)
                result = Evaluate(operands[0], scope);
            else
                throw new TemplateException("can't give arguments to something that is no function");
        }
        return result;
    }

    private static object? Evaluate(Operand operand, Dictionary<string, object?> scope)
    {
        switch (operand)
        {
            case Operand.Literal literal:
                return literal.Value;
            case Operand.Function function:
                return TemplateFunctions.Call(function.Name, []);
            case Operand.Path path:
                var value = path.Group is { } group ? Evaluate(group, scope)
                    : scope.TryGetValue(path.Variable, out var found) ? found
                    : throw new TemplateException($"undefined variable \"{path.Variable}\"");
                foreach (var member in path.Members)
                    value = TemplateValue.Member(value, member);
                return value;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
