using System.Text;

namespace Orch.Core.Templates;

/// <summary>
/// Go's template language as far as Docker's users write it (members, pipelines, if, with, range, variables, the common
/// functions), over plain values and parts of JSON documents. Mistakes are <see cref="TemplateException"/>s that name them.
/// </summary>
public sealed class GoTemplate
{
    private static readonly Dictionary<string, Func<string, string>> NoFunctions = [];
    private readonly IReadOnlyList<Node> _nodes;

    private GoTemplate(IReadOnlyList<Node> nodes) => _nodes = nodes;

    public static GoTemplate Parse(string text) => new(TemplateParser.Parse(text));

    public string Render(object? root) => Render(root, NoFunctions, long.MaxValue);

    /// <summary>
    /// With functions of one text each beside the common ones. The budget bounds time and memory, since a few kilobytes
    /// of template can ask for any amount of both: each step costs one, and each text, list and map as much as it is long.
    /// </summary>
    public string Render(object? root, IReadOnlyDictionary<string, Func<string, string>> functions, long budget)
    {
        var text = new StringBuilder();
        new TemplateRun(functions, budget, text).Render(_nodes, new() { ["."] = root, ["$"] = root });
        return text.ToString();
    }
}
