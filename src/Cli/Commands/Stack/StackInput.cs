using System.Text;
using Orch.Cli.Parsing;
using Orch.Stacks;
using Orch.Stacks.Loading;

namespace Orch.Cli.Commands.Stack;

/// <summary>Stack files as the command line names them; what is wrong with them ends the command, warnings are shown.</summary>
internal static class StackInput
{
    private static readonly string[] UsualNames =
        ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", "stack.yaml", "stack.yml"];

    public static StackFile Load(Invocation call, ProblemList problems, bool interpolate = true)
    {
        var options = new LoadOptions
        {
            Files = Files(call),
            WorkingDirectory = Directory.GetCurrentDirectory(),
            Read = Reader(call),
            Environment = call.Terminal.Env,
            EnvFiles = call.Flags.All("env-file"),
            Profiles = call.Flags.All("profile"),
            Interpolate = interpolate,
        };
        return new StackLoader(options, problems).Load();
    }

    /// <summary>Ends the command when there are errors; with --strict a warning is one.</summary>
    public static void Report(Invocation call, ProblemList problems)
    {
        var strict = call.Flags.On("strict");
        var fatal = (strict ? problems.All : problems.Errors).OrderBy(p => p.At.File).ThenBy(p => p.At.Line).ThenBy(p => p.At.Column).ToList();
        if (fatal.Count == 0)
        {
            foreach (var warning in problems.Warnings)
                call.Err.WriteLine(warning);
            return;
        }
        var text = new StringBuilder();
        foreach (var problem in fatal)
            text.Append(strict ? problem with { IsWarning = false } : problem).Append('\n');
        if (problems.Dropped > 0)
            text.Append($"and {problems.Dropped} more\n");
        throw new CommandException(text.ToString().TrimEnd('\n'));
    }

    private static IReadOnlyList<string> Files(Invocation call)
    {
        var given = call.Flags.All("compose-file");
        if (given.Count > 0)
            return given.Count(file => file == LoadOptions.StandardInput) > 1
                ? throw new UsageException("standard input can be read once: give -c - once") : given;
        return UsualNames.FirstOrDefault(File.Exists) is { } found ? [found]
            : throw new UsageException($"please specify a stack file (with --compose-file): there is no {UsualNames[0]} in this directory");
    }

    public static FileReader Reader(Invocation call) => (path, maxBytes) =>
    {
        if (path == LoadOptions.StandardInput)
            return Standard(call.Terminal.In, maxBytes);
        try
        {
            using var file = File.OpenRead(path);
            return Bounded(file, maxBytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(null, "no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new(null, Directory.Exists(path) ? "it is a directory" : e.Message);
        }
    };

    /// <summary>A device or a pipe has no length to ask for, so at most one byte too many is read.</summary>
    private static FileContent Bounded(Stream from, int maxBytes)
    {
        using var copy = new MemoryStream();
        var buffer = new byte[32 * 1024];
        for (int count; (count = from.Read(buffer)) > 0;)
        {
            copy.Write(buffer, 0, count);
            if (copy.Length > maxBytes)
                return new(null, $"it is larger than {maxBytes / 1024} KiB");
        }
        return new(copy.ToArray(), null);
    }

    private static FileContent Standard(TextReader input, int maxBytes)
    {
        var text = new StringBuilder();
        var buffer = new char[16 * 1024];
        for (int count; (count = input.Read(buffer, 0, buffer.Length)) > 0;)
        {
            text.Append(buffer, 0, count);
            if (text.Length > maxBytes)
                return new(null, $"it is larger than {maxBytes / 1024} KiB");
        }
        return new(Encoding.UTF8.GetBytes(text.ToString()), null);
    }
}
