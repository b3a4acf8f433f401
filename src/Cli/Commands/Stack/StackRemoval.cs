using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Stack;

/// <summary>Removes what can be removed, goes on where something cannot, and says at the end what is left and why.</summary>
internal sealed class StackRemoval(Invocation call, CancellationToken deadline)
{
    private readonly List<string> _errors = [];

    /// <summary>Kind is services, networks, secrets or configs. False when it was refused; what is gone already is done.</summary>
    public bool Remove(string kind, string id, string name)
    {
        call.Out.WriteLine($"Removing {kind[..^1]} {name}");
        call.Out.Flush();
        return Try($"{kind[..^1]} {name}", () => call.Client.Remove($"/{kind}/{Query.Segment(id)}"));
    }

    public void WaitUntilGone(ServiceView service) =>
        Try(null, () => StackWaits.UntilGone(call, service.ID, service.Spec.Name, deadline));

    /// <summary>Ends the command when something was left.</summary>
    public void Finish()
    {
        if (_errors.Count > 0)
            throw new CommandException(string.Join('\n', _errors));
    }

    private bool Try(string? what, Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (CommandException e) when (e.ExitCode == 1)
        {
            _errors.Add(what is null ? e.Message : $"{what}: {e.Message}");
            return false;
        }
    }
}
