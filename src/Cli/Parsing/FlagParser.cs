namespace Orch.Cli.Parsing;

/// <summary>
/// Reads a command line the way Docker's users write it: <c>--name value</c>, <c>--name=value</c>, <c>-n value</c>,
/// <c>-nvalue</c>, grouped letters, <c>--</c>. Where a command runs a program (service create IMAGE COMMAND…), options
/// end at the first plain word, so that the program's own options stay its own.
/// </summary>
internal static class FlagParser
{
    public static ParsedFlags Parse(IReadOnlyList<Flag> flags, IReadOnlyList<string> words, bool stopAtFirstWord)
    {
        var parsed = new ParsedFlags(flags);
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word == "--")
            {
                parsed.AddWords(words, i + 1);
                break;
            }
            if (word.StartsWith("--", StringComparison.Ordinal))
                i = ReadLong(flags, words, i, parsed);
            else if (word.Length > 1 && word[0] == '-')
                i = ReadLetters(flags, words, i, parsed);
            else if (stopAtFirstWord)
            {
                parsed.AddWords(words, i);
                break;
            }
            else
                parsed.AddWord(word);
        }
        return parsed;
    }

    private static int ReadLong(IReadOnlyList<Flag> flags, IReadOnlyList<string> words, int at, ParsedFlags parsed)
    {
        var text = words[at][2..];
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        var flag = flags.FirstOrDefault(f => f.Name == name) ?? throw Unknown(flags, name);
        if (equals >= 0)
            parsed.Set(flag, text[(equals + 1)..]);
        else if (flag.Kind == FlagKind.Switch)
            parsed.Set(flag, "true");
        else if (++at < words.Count)
            parsed.Set(flag, words[at]);
        else
            throw new UsageException($"flag needs an argument: --{name}");
        return at;
    }

    private static int ReadLetters(IReadOnlyList<Flag> flags, IReadOnlyList<string> words, int at, ParsedFlags parsed)
    {
        var letters = words[at];
        for (var i = 1; i < letters.Length; i++)
        {
            var letter = letters[i];
            var flag = flags.FirstOrDefault(f => f.Short == letter)
                ?? throw new UsageException($"unknown shorthand flag: '{letter}' in {letters}");
            var rest = letters[(i + 1)..];
            if (flag.Kind == FlagKind.Switch && !rest.StartsWith('='))
            {
                parsed.Set(flag, "true");
                continue;
            }
            if (rest.Length > 0)
                parsed.Set(flag, rest.StartsWith('=') ? rest[1..] : rest);
            else if (++at < words.Count)
                parsed.Set(flag, words[at]);
            else
                throw new UsageException($"flag needs an argument: '{letter}' in {letters}");
            break;
        }
        return at;
    }

    private static UsageException Unknown(IReadOnlyList<Flag> flags, string name)
    {
        var nearest = Nearest.To(name, flags.Where(f => !f.Hidden).Select(f => f.Name));
        return new($"unknown flag: --{name}" + (nearest is null ? "" : $"\n\nDid you mean --{nearest}?"));
    }
}
