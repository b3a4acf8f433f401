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
    private readonly Dictionary<string, string> _known = [];
    private readonly bool _colour = aligned && call.Terminal.IsInteractive && call.Terminal.Env("NO_COLOR") is null or "";
    private int _widest;

    public void Write(LogFrame frame)
    {
        var line = LogLine.Parse(frame.Payload, ask.Timestamps);
        if (ask.Grep is { } wanted && !wanted.IsMatch(line.Text.TrimEnd('\n', '\r')))
            return;
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
        var slot = call.Client.Find($"/tasks/{Query.Segment(line.Task)}", ApiJson.Default.TaskView)?.Slot ?? 0;
        var name = $"{Named("services", line.Service)}.{slot}";
        if (ask.TaskIds)
            name += "." + (ask.WholeIds ? line.Task : ServiceLsCommand.ShortId(line.Task));
        name += "@" + Named("nodes", line.Node);
        var digits = aligned ? 0 : Digits(line.Service) - $"{slot}".Length;
        return digits > 0 ? name + new string(' ', digits) : name;
    }

    private int Digits(string service) =>
        call.Client.Find($"/services/{Query.Segment(service)}", ApiJson.Default.ServiceView)?.Spec.Mode?.Replicated?.Replicas is { } n
            ? $"{n}".Length : 1;

    /// <summary>What is gone, or not to be resolved, is shown by its id.</summary>
    private string Named(string kind, string id)
    {
        if (!ask.Resolve)
            return id;
        if (_known.TryGetValue(id, out var name))
            return name;
        name = kind == "services"
            ? call.Client.Find($"/services/{Query.Segment(id)}", ApiJson.Default.ServiceView)?.Spec.Name
            : call.Client.Find($"/nodes/{Query.Segment(id)}", ApiJson.Default.NodeView)?.Description.Hostname;
        return _known[id] = name is { Length: > 0 } ? name : id;
    }
}
