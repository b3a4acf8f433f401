using Orch.Cli.Parsing;

namespace Orch.Cli.Waiting;

/// <summary>
/// Shows pictures as they change: on a terminal a block of lines that is rewritten, elsewhere plain lines in which
/// nothing is said twice.
/// </summary>
internal sealed class ProgressDisplay(Terminal terminal, bool quiet)
{
    private const int MaxTaskLines = 20;
    private const int MaxErrorOnTerminal = 75;
    private readonly Dictionary<string, string> _said = [];
    private int _drawn;

    public void Show(Picture picture)
    {
        if (quiet)
            return;
        if (terminal.IsInteractive)
            Draw(picture);
        else
            Say(picture);
        terminal.Out.Flush();
    }

    /// <summary>The last word, below everything shown so far.</summary>
    public void End(string? text = null)
    {
        if (!quiet && text is not null)
            terminal.Out.Write(text + "\n");
        terminal.Out.Flush();
    }

    private void Draw(Picture picture)
    {
        var lines = new List<string> { Overall(picture) };
        if (picture.Lines.Count <= MaxTaskLines)
            lines.AddRange(picture.Lines.Select(line => $"{line.Label}: {line.State,-10} {Short(line.Error)}".TrimEnd()));
        else
            lines.AddRange(picture.Lines.Where(line => line.Error is not null).Take(MaxTaskLines)
                .Select(line => $"{line.Label}: {line.State,-10} {Short(line.Error)}"));
        var text = new System.Text.StringBuilder();
        if (_drawn > 0)
            text.Append($"\u001b[{_drawn}A");
        foreach (var line in lines)
            text.Append("\u001b[2K").Append(line).Append('\n');
        // A block that became shorter leaves old lines below it.
        text.Append("\u001b[J");
        terminal.Out.Write(text.ToString());
        _drawn = lines.Count;
    }

    private void Say(Picture picture)
    {
        SayOnce("", Overall(picture));
        foreach (var line in picture.Lines)
            if (line.Error is { } error)
                SayOnce(line.Label, $"{line.Label}: {error.ReplaceLineEndings(" ")}");
            else
                _said.Remove(line.Label);
    }

    private void SayOnce(string about, string text)
    {
        if (_said.TryGetValue(about, out var last) && last == text)
            return;
        _said[about] = text;
        terminal.Out.Write(text + "\n");
    }

    private static string Overall(Picture picture) => picture.Total == 0 && picture.Lines.Count == 0 && picture.Verdict == Verdict.Waiting
        ? $"{picture.Title}: waiting for new tasks"
        : $"{picture.Title}: {picture.Done} out of {picture.Total} tasks";

    private static string Short(string? error)
    {
        var text = error?.ReplaceLineEndings(" ") ?? "";
        return text.Length <= MaxErrorOnTerminal ? text : text[..(MaxErrorOnTerminal - 1)] + "…";
    }
}
