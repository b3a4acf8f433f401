using Orch.Cli.Parsing;

namespace Orch.Cli.Output.Templates;

/// <summary>A --format text: a Go template whose mistakes are <see cref="CommandException"/>s that name them.</summary>
internal sealed class Template
{
    private readonly GoTemplate _template;

    private Template(GoTemplate template) => _template = template;

    public static Template Parse(string text)
    {
        try
        {
            return new(GoTemplate.Parse(text));
        }
        catch (TemplateException e)
        {
            throw new CommandException($"template parsing error: {e.Message} (in --format)");
        }
    }

    public string Render(object? root)
    {
        try
        {
            return _template.Render(root);
        }
        catch (TemplateException e)
        {
            throw new CommandException($"template execution error: {e.Message} (in --format)");
        }
    }
}
