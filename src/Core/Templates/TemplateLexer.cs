using System.Text;

namespace Orch.Core.Templates;

internal enum TokenKind
{
    Text,
    Open,
    Close,
    Word,
    Path,
    Variable,
    String,
    Number,
    Symbol,
    End,
}

internal readonly record struct Token(TokenKind Kind, string Value);

/// <summary>Cuts a template into text and the tokens between <c>{{</c> and <c>}}</c>, applying <c>{{-</c> and <c>-}}</c>.</summary>
internal static class TemplateLexer
{
    private const string Blanks = " \t\r\n";

    public static List<Token> Read(string source)
    {
        var tokens = new List<Token>();
        var (at, trimNext) = (0, false);
        while (at < source.Length)
        {
            var open = source.IndexOf("{{", at, StringComparison.Ordinal);
            var text = open < 0 ? source[at..] : source[at..open];
            if (trimNext)
                text = text.TrimStart(Blanks.ToCharArray());
            var trimmed = open >= 0 && open + 3 < source.Length && source[open + 2] == '-'
                && Blanks.Contains(source[open + 3], StringComparison.Ordinal);
            if (trimmed)
                text = text.TrimEnd(Blanks.ToCharArray());
            if (text.Length > 0)
                tokens.Add(new(TokenKind.Text, text));
            if (open < 0)
                break;
            (at, trimNext) = ReadAction(source, open + (trimmed ? 3 : 2), tokens);
        }
        tokens.Add(new(TokenKind.End, ""));
        return tokens;
    }

    private static (int At, bool TrimNext) ReadAction(string source, int at, List<Token> tokens)
    {
        var start = source.AsSpan(at).TrimStart(Blanks);
        if (start.StartsWith("/*"))
        {
            var close = source.IndexOf("}}", at, StringComparison.Ordinal);
            return close < 0 ? throw new TemplateException("unclosed comment") : (close + 2, source[close - 1] == '-');
        }
        tokens.Add(new(TokenKind.Open, "{{"));
        while (true)
        {
            while (at < source.Length && Blanks.Contains(source[at], StringComparison.Ordinal))
                at++;
            var rest = source.AsSpan(at);
            if (rest.StartsWith("-}}") || rest.StartsWith("}}"))
            {
                tokens.Add(new(TokenKind.Close, "}}"));
                return rest[0] == '-' ? (at + 3, true) : (at + 2, false);
            }
            if (rest.IsEmpty)
                throw new TemplateException("unclosed action");
            at = ReadToken(source, at, tokens);
        }
    }

    private static int ReadToken(string source, int at, List<Token> tokens)
    {
        var c = source[at];
        if (c is '"' or '`')
            return ReadString(source, at, tokens);
        if (source.AsSpan(at).StartsWith(":="))
        {
            tokens.Add(new(TokenKind.Symbol, ":="));
            return at + 2;
        }
        if (c is '|' or '(' or ')' or ',')
        {
            tokens.Add(new(TokenKind.Symbol, c.ToString()));
            // Members right behind a group belong to it: (index .A 0).Name
            return c == ')' && at + 1 < source.Length && source[at + 1] == '.' ? ReadWord(source, at + 1, tokens) : at + 1;
        }
        if (c is '.' or '$' or '-' or '+' or '_' || char.IsLetterOrDigit(c))
            return ReadWord(source, at, tokens);
        throw new TemplateException($"unexpected \"{c}\" in command");
    }

    private static int ReadWord(string source, int at, List<Token> tokens)
    {
        var end = at + 1;
        while (end < source.Length && (char.IsLetterOrDigit(source[end]) || source[end] is '_' or '.'))
            end++;
        var word = source[at..end];
        var kind = word[0] switch
        {
            '.' => TokenKind.Path,
            '$' => TokenKind.Variable,
            '-' or '+' or (>= '0' and <= '9') => TokenKind.Number,
            _ => TokenKind.Word,
        };
        tokens.Add(new(kind, word));
        return end;
    }

    private static int ReadString(string source, int at, List<Token> tokens)
    {
        var quote = source[at++];
        var value = new StringBuilder();
        for (; at < source.Length && source[at] != quote; at++)
        {
            if (quote != '"' || source[at] != '\\' || at + 1 >= source.Length)
                value.Append(source[at]);
            else
                value.Append(source[++at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
        }
        if (at >= source.Length)
            throw new TemplateException("unterminated quoted string");
        tokens.Add(new(TokenKind.String, value.ToString()));
        return at + 1;
    }
}
