using System.Text;

namespace Orch.Core.Text;

/// <summary>A command in one text as words, by the shell's rules of quoting: <c>sh -c 'a b'</c> is three words.</summary>
public static class ShellWords
{
    public static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (inWord, quote) = (false, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else if (c == '\\' && quote == '"' && i + 1 < text.Length && text[i + 1] is '"' or '\\' or '$' or '`')
                    word.Append(text[++i]);
                else
                    word.Append(c);
            }
            else if (c is '\'' or '"')
                (inWord, quote) = (true, c);
            else if (c == '\\' && i + 1 < text.Length)
            {
                inWord = true;
                word.Append(text[++i]);
            }
            else if (char.IsWhiteSpace(c))
            {
                if (inWord)
                    words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
            else
            {
                inWord = true;
                word.Append(c);
            }
        }
        if (quote != '\0')
            throw new FormatException("a quote is not closed");
        if (inWord)
            words.Add(word.ToString());
        return words;
    }
}
