using System.Globalization;

namespace Orch.Core.Templates;

/// <summary>The grammar of the Go templates that Docker's users write, after --format, in services and in files.</summary>
internal sealed class TemplateParser
{
    private const int MaxDepth = 100;
    private readonly List<Token> _tokens;
    private int _at;
    private int _depth;

    private TemplateParser(List<Token> tokens) => _tokens = tokens;

    public static IReadOnlyList<Node> Parse(string source)
    {
        var parser = new TemplateParser(TemplateLexer.Read(source));
        var (nodes, end) = parser.Block();
        return end is null ? nodes : throw new TemplateException($"unexpected {{{{{end}}}}}");
    }

    private Token Peek => _tokens[_at];
    private Token Next() => _tokens[_at++];

    /// <summary>Nodes up to the end or to {{else}} or {{end}}, whose word is returned and consumed.</summary>
    private (List<Node> Nodes, string? End) Block()
    {
        if (++_depth > MaxDepth)
            throw new TemplateException("blocks are nested too deeply");
        var nodes = new List<Node>();
        while (Peek.Kind != TokenKind.End)
        {
            var token = Next();
            if (token.Kind == TokenKind.Text)
            {
                nodes.Add(new Node.Text(token.Value));
                continue;
            }
            if (Peek is { Kind: TokenKind.Word, Value: "end" or "else" })
            {
                _depth--;
                return (nodes, Next().Value);
            }
            nodes.Add(Action());
        }
        _depth--;
        return (nodes, null);
    }

    private Node Action()
    {
        switch (Peek)
        {
            case { Kind: TokenKind.Word, Value: "if" }:
                Next();
                return If();
            case { Kind: TokenKind.Word, Value: "with" }:
                Next();
                var value = PipelineToClose();
                var (body, instead) = Bodies("with");
                return new Node.With(value, body, instead);
            case { Kind: TokenKind.Word, Value: "range" }:
                Next();
                return Range();
            default:
                var variable = Declaration();
                return new Node.Action(PipelineToClose(), variable);
        }
    }

    private Node.If If()
    {
        if (++_depth > MaxDepth)
            throw new TemplateException("too many {{else if}} follow one another");
        var condition = PipelineToClose();
        var (then, instead) = Bodies("if");
        _depth--;
        return new Node.If(condition, then, instead);
    }

    private Node.Range Range()
    {
        string? key = null;
        var item = Peek.Kind == TokenKind.Variable && _tokens[_at + 1].Value is ":=" or "," ? Next().Value : null;
        if (item is not null && Next().Value == ",")
        {
            (key, item) = (item, Next().Value);
            Expect(":=");
        }
        var items = PipelineToClose();
        var (body, instead) = Bodies("range");
        return new Node.Range(items, key, item, body, instead);
    }

    private string? Declaration()
    {
        if (Peek.Kind != TokenKind.Variable || _tokens[_at + 1].Value != ":=")
            return null;
        var name = Next().Value;
        Next();
        return name;
    }

    private (IReadOnlyList<Node> Body, IReadOnlyList<Node> Else) Bodies(string block)
    {
        var (body, end) = Block();
        if (end == "end")
        {
            Close();
            return (body, []);
        }
        if (end is null)
            throw new TemplateException($"unexpected EOF: {{{{{block}}}}} has no {{{{end}}}}");
        if (Peek is { Kind: TokenKind.Word, Value: "if" })
        {
            Next();
            return (body, [If()]);
        }
        Close();
        var (instead, last) = Block();
        if (last != "end")
            throw new TemplateException($"unexpected EOF: {{{{{block}}}}} has no {{{{end}}}}");
        Close();
        return (body, instead);
    }

    private void Close()
    {
        if (Next().Kind != TokenKind.Close)
            throw new TemplateException("unexpected text before \"}}\"");
    }

    private void Expect(string symbol)
    {
        if (Next().Value != symbol)
            throw new TemplateException($"expected {symbol}");
    }

    private Pipeline PipelineToClose()
    {
        var pipeline = Pipe();
        Close();
        return pipeline;
    }

    private Pipeline Pipe()
    {
        var commands = new List<IReadOnlyList<Operand>>();
        do
        {
            var operands = new List<Operand>();
            while (Peek.Kind != TokenKind.Close && Peek.Value is not ("|" or ")") || Peek.Kind == TokenKind.String)
                operands.Add(ReadOperand());
            if (operands.Count == 0)
                throw new TemplateException("missing value for command");
            commands.Add(operands);
        }
        while (Peek is { Kind: TokenKind.Symbol, Value: "|" } && Next().Value == "|");
        return new(commands);
    }

    private Operand ReadOperand()
    {
        var token = Next();
        return token.Kind switch
        {
            TokenKind.String => new Operand.Literal(token.Value),
            TokenKind.Number => new Operand.Literal(Number(token.Value)),
            TokenKind.Path => new Operand.Path(".", null, Members(token.Value)),
            TokenKind.Variable => Variable(token.Value),
            TokenKind.Word => token.Value switch
            {
                "true" => new Operand.Literal(true),
                "false" => new Operand.Literal(false),
                "nil" => new Operand.Literal(null),
                var name => new Operand.Function(name),
            },
            TokenKind.Symbol when token.Value == "(" => Group(),
            _ => throw new TemplateException($"unexpected \"{token.Value}\" in operand"),
        };
    }

    private Operand.Path Group()
    {
        if (++_depth > MaxDepth)
            throw new TemplateException("groups are nested too deeply");
        var pipeline = Pipe();
        Expect(")");
        _depth--;
        var members = Peek.Kind == TokenKind.Path && _tokens[_at - 1].Value == ")" ? Members(Next().Value) : [];
        return new("", pipeline, members);
    }

    private static Operand.Path Variable(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? new(text, null, []) : new(text[..dot], null, Members(text[dot..]));
    }

    private static string[] Members(string path) => path.Split('.', StringSplitOptions.RemoveEmptyEntries);

    private static object Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? (object)whole
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real
        : throw new TemplateException($"bad number syntax: \"{text}\"");
}
