using System.Text;

namespace Orch.Core.Templates;

/// <summary>One rendering of a template, which ends when it has used up its budget.</summary>
internal sealed class TemplateRun(
    IReadOnlyDictionary<string, Func<string, string>> functions, long budget, StringBuilder to)
{
    private long _budget = budget;

    public void Render(IReadOnlyList<Node> nodes, Dictionary<string, object?> scope)
    {
        foreach (var node in nodes)
            Render(node, scope);
    }

    private void Render(Node node, Dictionary<string, object?> scope)
    {
        switch (node)
        {
            case Node.Text text:
                to.Append(Charged(text.Value));
                break;
            case Node.Action { Variable: { } name } action:
                scope[name] = Evaluate(action.Pipeline, scope);
                break;
            case Node.Action action:
                to.Append(Charged(TemplateValue.Print(Evaluate(action.Pipeline, scope))));
                break;
            case Node.If branch:
                Render(TemplateValue.IsTrue(Evaluate(branch.Condition, scope)) ? branch.Then : branch.Else, Inner(scope));
                break;
            case Node.With with:
                var value = Evaluate(with.Value, scope);
                if (TemplateValue.IsTrue(value))
                    Render(with.Body, Inner(scope, value));
                else
                    Render(with.Else, Inner(scope));
                break;
            case Node.Range range:
                Repeat(range, scope);
                break;
        }
    }

    private void Repeat(Node.Range range, Dictionary<string, object?> scope)
    {
        var any = false;
        foreach (var (key, item) in TemplateValue.Items(Evaluate(range.Items, scope)))
        {
            any = true;
            var inner = Inner(scope, Charged(item));
            if (range.Key is { } keyName)
                inner[keyName] = key;
            if (range.Item is { } itemName)
                inner[itemName] = item;
            Render(range.Body, inner);
        }
        if (!any)
            Render(range.Else, Inner(scope));
    }

    /// <summary>Variables that are set inside end there; the copy costs what it copies.</summary>
    private Dictionary<string, object?> Inner(Dictionary<string, object?> scope)
    {
        Charge(scope.Count);
        return new(scope);
    }

    private Dictionary<string, object?> Inner(Dictionary<string, object?> scope, object? dot)
    {
        var inner = Inner(scope);
        inner["."] = dot;
        return inner;
    }

    private object? Evaluate(Pipeline pipeline, Dictionary<string, object?> scope)
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
                result = Call(function.Name, args);
            }
            else if (operands.Count == 1 && i == 0)
                result = Evaluate(operands[0], scope);
            else
                throw new TemplateException("can't give arguments to something that is no function");
        }
        return result;
    }

    private object? Evaluate(Operand operand, Dictionary<string, object?> scope)
    {
        switch (operand)
        {
            case Operand.Literal literal:
                return Charged(literal.Value);
            case Operand.Function function:
                return Call(function.Name, []);
            case Operand.Path path:
                var value = path.Group is { } group ? Evaluate(group, scope)
                    : scope.TryGetValue(path.Variable, out var found) ? found
                    : throw new TemplateException($"undefined variable \"{path.Variable}\"");
                foreach (var member in path.Members)
                    value = TemplateValue.Member(value, member);
                return Charged(value);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private object? Call(string name, List<object?> args) => Charged(
        !functions.TryGetValue(name, out var own) ? TemplateFunctions.Call(name, args)
        : args is [var argument] && TemplateValue.Plain(argument) is string text ? own(text)
        : throw new TemplateException($"{name} takes one text"));

    private object? Charged(object? value)
    {
        Charge(value switch
        {
            string text => text.Length,
            IReadOnlyList<object?> list => list.Count,
            IReadOnlyDictionary<string, object?> map => map.Count,
            _ => 0,
        });
        return value;
    }

    private void Charge(long work)
    {
        _budget -= 1 + work;
        if (_budget < 0)
            throw new TemplateException("it asks for too much work or text");
    }
}
