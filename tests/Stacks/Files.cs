using System.Text;
using Orch.Stacks;
using Orch.Stacks.Loading;

namespace Orch.Tests.Stacks;

/// <summary>Stack files in memory, in a folder /p.</summary>
internal sealed class Files
{
    private readonly Dictionary<string, string> _texts = [];
    private readonly Dictionary<string, string> _environment = [];

    public static Files Of(string text) => new Files().With("stack.yml", text);

    public Files With(string name, string text)
    {
        _texts[Path.GetFullPath(name, "/p")] = text;
        return this;
    }

    public Files Env(string name, string value)
    {
        _environment[name] = value;
        return this;
    }

    public FileContent Read(string path, int maxBytes) => _texts.TryGetValue(path, out var text)
        ? Encoding.UTF8.GetByteCount(text) > maxBytes ? new(null, "too large") : new(Encoding.UTF8.GetBytes(text), null)
        : new(null, "no such file");

    public string? Variable(string name) => _environment.GetValueOrDefault(name);

    public (StackFile File, ProblemList Problems) Load(params string[] files)
    {
        var problems = new ProblemList();
        return (new StackLoader(Options(files), problems).Load(), problems);
    }

    public LoadOptions Options(params string[] files) => new()
    {
        Files = files.Length == 0 ? ["stack.yml"] : files,
        WorkingDirectory = "/p",
        Read = Read,
        Environment = Variable,
    };

    /// <summary>The canonical text; fails when there are errors.</summary>
    public string Canonical(params string[] files)
    {
        var (file, problems) = Load(files);
        Assert.Empty(problems.Errors);
        return Orch.Stacks.Yaml.YamlWriter.Write(Orch.Stacks.Loading.Canonical.Of(file), escapeVariables: false);
    }
}
