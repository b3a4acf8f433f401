namespace Orch.Tests.Stacks;

/// <summary>The files in good/, with what they include and refer to, and the environment they are read in.</summary>
internal static class GoodFiles
{
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "good");

    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.yml").Select(file => Path.GetFileNameWithoutExtension(file)!).Order();

    public static Files Given(string name)
    {
        var files = new Files().Env("TAG", "v7");
        foreach (var path in Directory.GetFiles(Folder))
            files.With(Path.GetFileName(path), File.ReadAllText(path));
        return files.With("stack.yml", File.ReadAllText(Path.Combine(Folder, name + ".yml")));
    }

    /// <summary>A folder of its own with all of them, short enough for a socket. The caller deletes it.</summary>
    public static string Copy()
    {
        var folder = Directory.CreateTempSubdirectory("orch-oracle-").FullName;
        foreach (var path in Directory.GetFiles(Folder))
            File.Copy(path, Path.Combine(folder, Path.GetFileName(path)));
        return folder;
    }
}
