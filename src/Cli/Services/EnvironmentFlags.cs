using Orch.Cli.Parsing;

namespace Orch.Cli.Services;

/// <summary>--env and --env-file as the container's environment; a name alone takes the caller's value.</summary>
internal static class EnvironmentFlags
{
    private const long MaxFileBytes = 16 << 20;

    public static List<string> Read(IEnumerable<string> files, IEnumerable<string> words, Func<string, string?> env)
    {
        var all = new List<string>();
        foreach (var file in files)
            all.AddRange(Lines(file).Select(line => Resolve(line, env, inFile: true)).OfType<string>());
        all.AddRange(words.Select(word => Resolve(word, env, inFile: false)).OfType<string>());
        return LastOfEach(all);
    }

    private static IEnumerable<string> Lines(string path)
    {
        string[] lines;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxFileBytes })
                throw new CommandException($"env file {path} is larger than 16 MiB");
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"cannot read env file {path}: {e.Message}");
        }
        return lines.Select(line => line.TrimStart()).Where(line => line.Length > 0 && line[0] != '#');
    }

    private static string? Resolve(string word, Func<string, string?> env, bool inFile)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? word : word[..equals];
        if (name.Length == 0 || (inFile && name.Any(char.IsWhiteSpace)))
            throw new CommandException($"invalid environment variable: {word}");
        if (equals >= 0)
            return word;
        // A name without a value that this shell does not know unsets it in the container (--env) or is skipped (file).
        return env(name) is { } value ? $"{name}={value}" : inFile ? null : name;
    }

    private static List<string> LastOfEach(List<string> all)
    {
        var place = new Dictionary<string, int>();
        var result = new List<string>();
        foreach (var word in all)
        {
            var name = Csv.KeyValue(word).Key;
            if (place.TryGetValue(name, out var at))
                result[at] = word;
            else
            {
                place[name] = result.Count;
                result.Add(word);
            }
        }
        return result;
    }
}
