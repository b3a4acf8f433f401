using System.Text;
using Orch.Core.Model;
using Orch.Core.Templates;

namespace Orch.Agent.Tasks;

/// <summary>
/// Content that is a template, expanded for one task: its context, and the functions secret, config and env, which see
/// only what the task itself has. Throws <see cref="TemplateException"/>; what a secret is part of is not quoted in it,
/// since everybody may read the errors of tasks.
/// </summary>
internal sealed class FileTemplate(
    WantedFile file, IReadOnlyDictionary<string, object?> context, IReadOnlyList<string>? env,
    Func<FileKind, string, string?> find)
{
    private const long Budget = 8 * 1024 * 1024;
    private bool _quiet = file.Kind == FileKind.Secret;

    public byte[] Expand(ReadOnlySpan<byte> content)
    {
        try
        {
            var functions = new Dictionary<string, Func<string, string>>
            {
                ["secret"] = Secret,
                ["config"] = Config,
                ["env"] = Variable,
            };
            return Encoding.UTF8.GetBytes(
                GoTemplate.Parse(Encoding.UTF8.GetString(content)).Render(context, functions, Budget));
        }
        catch (TemplateException e)
        {
            throw new TemplateException($"{file.Title} is a template that cannot be expanded"
                + (_quiet ? "; why is not told, as that might show a part of a secret" : $": {e.Message}"));
        }
    }

    private string Secret(string target)
    {
        var content = find(FileKind.Secret, target) ?? throw new TemplateException($"secret target {target} not found");
        _quiet = true;
        return content;
    }

    private string Config(string target) =>
        find(FileKind.Config, target) ?? throw new TemplateException($"config target {target} not found");

    private string Variable(string name)
    {
        var entry = env?.FirstOrDefault(entry => entry.StartsWith(name + "=", StringComparison.Ordinal));
        return entry is null ? "" : entry[(name.Length + 1)..];
    }
}
