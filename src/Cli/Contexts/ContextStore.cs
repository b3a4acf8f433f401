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

    public IReadOnlyList<RemoteContext> All() => !Directory.Exists(Folder) ? []
        : [.. Directory.EnumerateFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)
            .Select(name => Find(name!)).OfType<RemoteContext>()];

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
        Directory.CreateDirectory(Folder, OwnerOnly);
        DurableFile.Write(PathOf(context.Name), JsonSerializer.SerializeToUtf8Bytes(context, ContextJson.Default.RemoteContext));
    }

    public void Use(string? name)
    {
        Directory.CreateDirectory(directory, OwnerOnly);
        DurableFile.Write(CurrentFile, Encoding.UTF8.GetBytes((name ?? Local) + "\n"));
    }

    public void Remove(string name)
    {
        File.Delete(PathOf(name));
        DurableFile.FlushDirectory(Folder);
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string PathOf(string name) => Path.Combine(Folder, name + ".json");

    /// <summary>A name is a file's name too.</summary>
    public static void CheckName(string name)
    {
        if (name.Length is 0 or > 64 || !char.IsAsciiLetterOrDigit(name[0])
            || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
            throw new CommandException(
                $"context name \"{name}\" is invalid: letters, digits, '-', '_' and '.', beginning with a letter or digit");
    }
}
