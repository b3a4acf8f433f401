using System.Text;
using System.Text.Json;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;

namespace Orch.Cli.Contexts;

/// <summary>
/// A person's contexts: one file each, readable by nobody else, and the name of the one in use. They lie in
/// $ORCH_CONFIG, else $XDG_CONFIG_HOME/orch, else ~/.config/orch.
/// </summary>
internal sealed class ContextStore(string directory)
{
    public const string Local = "default";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private string Folder => Path.Combine(directory, "contexts");

    private string CurrentFile => Path.Combine(directory, "context");

    public static ContextStore Of(Func<string, string?> env)
    {
        if (env("ORCH_CONFIG") is { Length: > 0 } own)
            return new(own);
        if (env("XDG_CONFIG_HOME") is { Length: > 0 } config)
            return new(Path.Combine(config, "orch"));
        return new(Path.Combine(env("HOME") is { Length: > 0 } home ? home : "/", ".config", "orch"));
    }

    /// <summary>Null: this machine's manager.</summary>
    public string? Current => Read(CurrentFile)?.Trim() is { Length: > 0 } name && name != Local ? name : null;

    /// <summary>All that can be read. Other files may lie there too; of one that is damaged <paramref name="damaged"/> hears.</summary>
    public IReadOnlyList<RemoteContext> All(Action<string>? damaged = null)
    {
        var names = Try(() => Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*.json") : [], $"read {Folder}")
            .Select(file => Path.GetFileNameWithoutExtension(file)).Where(IsName).Order(StringComparer.Ordinal);
        var all = new List<RemoteContext>();
        foreach (var name in names)
            try
            {
                if (Find(name) is { } context)
                    all.Add(context);
            }
            catch (CommandException e)
            {
                damaged?.Invoke(e.Message);
            }
        return all;
    }

    public bool Exists(string name)
    {
        CheckName(name);
        return File.Exists(PathOf(name));
    }

    public RemoteContext? Find(string name)
    {
        CheckName(name);
        if (Read(PathOf(name)) is not { } text)
            return null;
        try
        {
            return JsonSerializer.Deserialize(text, ContextJson.Default.RemoteContext);
        }
        catch (JsonException e)
        {
            throw new CommandException($"{PathOf(name)} is damaged: {e.Message}\n  `orch context rm {name}` removes it.");
        }
    }

    /// <summary>The context, or words on what to do instead.</summary>
    public RemoteContext Get(string name) => Find(name)
        ?? throw new CommandException($"context \"{name}\" does not exist; `orch context ls` lists those that do");

    public void Save(RemoteContext context)
    {
        CheckName(context.Name);
        Write(Folder, PathOf(context.Name), JsonSerializer.SerializeToUtf8Bytes(context, ContextJson.Default.RemoteContext));
    }

    public void Use(string? name) => Write(directory, CurrentFile, Encoding.UTF8.GetBytes((name ?? Local) + "\n"));

    public void Remove(string name) => Try(
        () =>
        {
            File.Delete(PathOf(name));
            DurableFile.FlushDirectory(Folder);
            return true;
        },
        $"remove {PathOf(name)}");

    private static void Write(string folder, string path, byte[] content) => Try(
        () =>
        {
            Directory.CreateDirectory(folder, OwnerOnly);
            DurableFile.Write(path, content);
            return true;
        },
        $"write {path}");

    /// <summary>A disk says no for reasons that only its owner can take away.</summary>
    private static T Try<T>(Func<T> action, string what)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"cannot {what}: {e.Message}\n  Contexts are kept there: give yourself access to it, "
                + "keep them elsewhere (ORCH_CONFIG=FOLDER), or name the manager (--host or ORCH_HOST).");
        }
    }

    private static string? Read(string path) => Try(
        () =>
        {
            try
            {
                return File.ReadAllText(path);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
        },
        $"read {path}");

    private string PathOf(string name) => Path.Combine(Folder, name + ".json");

    /// <summary>A name is a file's name too.</summary>
    public static void CheckName(string name)
    {
        if (!IsName(name))
            throw new CommandException(
                $"context name \"{name}\" is invalid: letters, digits, '-', '_' and '.', beginning with a letter or digit");
    }

    private static bool IsName(string name) => name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
