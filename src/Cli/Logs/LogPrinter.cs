using Orch.Cli.Commands.Service;
using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Logs;

/// <summary>
/// Writes lines with whose they are before them, as Docker does: "web.1.w3nnp13rfdvb@node3    | line". Names are asked
/// for once. Aligned output of many services is padded to the longest name so far, and coloured on a terminal.
/// </summary>
internal sealed class LogPrinter(Invocation call, LogAsk ask, bool aligned)
{
    private static readonly int[] Colours = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];

    private readonly Dictionary<(string, string), string> _names = [];
    private readonly LogNames _owners = new(call.Client, ask.Resolve);
    private readonly bool _colour = aligned && call.Terminal.IsInteractive && call.Terminal.Env("NO_COLOR") is null or "";
    private int _widest;

    public void Write(LogFrame frame)
    {
        var line = LogLine.Parse(frame.Payload, ask.Timestamps || ask.Format is not null);
        if (ask.Grep is { } wanted && !wanted.IsMatch(line.Text.TrimEnd('\n', '\r')))
            return;
        if (ask.Format is { } format)
        {
            call.Out.Write(format.Render(Fields(frame.Stream, line)) + "\n");
            return;
        }
        var to = frame.Stream == 2 ? call.Err : call.Out;
        if (line.Time.Length > 0)
            to.Write(line.Time + " ");
        if (!ask.Raw)
            to.Write(Prefix(line));
        if (ask.Details)
            to.Write(line.Details + " ");
        to.Write(line.Text);
        if (!line.Text.EndsWith('\n') && !ask.Raw)
            to.Write('\n');
    }

    /// <summary>Both streams go to standard output: each line says which it was.</summary>
    private Dictionary<string, object?> Fields(byte stream, LogLine line) => new()
    {
        ["Time"] = line.Time,
        ["Service"] = _owners.Service(line.Service),
        ["Task"] = $"{_owners.Service(line.Service)}.{_owners.Slot(line.Task)}",
        ["TaskID"] = line.Task,
        ["Node"] = _owners.Node(line.Node),
        ["Stream"] = stream == 2 ? "stderr" : "stdout",
        ["Details"] = line.Details,
        ["Message"] = line.Text.TrimEnd('\n', '\r'),
    };

    private string Prefix(LogLine line)
    {
        if (!_names.TryGetValue((line.Task, line.Node), out var name))
            _names[(line.Task, line.Node)] = name = Name(line);
        _widest = Math.Max(_widest, name.Length);
        if (!aligned)
            return name + "    | ";
        var padded = name.PadRight(_widest) + " | ";
        return _colour ? $"\e[{Colours[Colour(line.Task)]}m{padded}\e[0m" : padded;
    }

    /// <summary>One task keeps its colour, and neighbours differ.</summary>
    private int Colour(string task) =>
        _names.Keys.Select(key => key.Item1).Distinct().ToList().IndexOf(task) % Colours.Length;

    private string Name(LogLine line)
    {
        var slot = _owners.Slot(line.Task);
        var name = $"{_owners.Service(line.Service)}.{slot}";
        if (ask.TaskIds)
            name += "." + (ask.WholeIds ? line.Task : ServiceLsCommand.ShortId(line.Task));
        name += "@" + _owners.Node(line.Node);
        var digits = aligned ? 0 : Digits(line.Service) - $"{slot}".Length;
        return digits > 0 ? name + new string(' ', digits) : name;
    }

    private int Digits(string service) =>
        call.Client.Find($"/services/{Query.Segment(service)}", ApiJson.Default.ServiceView)?.Spec.Mode?.Replicated?.Replicas is { } n
            ? $"{n}".Length : 1;
}
