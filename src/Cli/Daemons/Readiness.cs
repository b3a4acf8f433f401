using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Daemons;

/// <summary>Waits until this machine's manager answers and its node is ready, or says from the log why it is not.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    /// <summary>Returns the id of this machine's node.</summary>
    public static string Wait(Invocation call, DaemonPaths paths)
    {
        using var client = new OrchClient(ManagerAddress.Choose(
            new HostOptions($"unix://{paths.Machine.ControlSocket}", paths.Machine.DataRoot, paths.Machine.RunDir), _ => null));
        var started = call.Terminal.Clock.GetTimestamp();
        var reason = "";
        while (call.Terminal.Clock.GetElapsedTime(started) < Patience)
        {
            try
            {
                var id = client.Get("/info", ApiJson.Default.InfoView).Swarm.NodeID;
                if (client.Find($"/nodes/{id}", ApiJson.Default.NodeView) is { Status: var status })
                {
                    if (status.State == "ready")
                        return id;
                    reason = $"this machine's node is {status.State}: {status.Message ?? "its agent has not connected"}";
                }
            }
            catch (CommandException e)
            {
                reason = e.Message;
            }
            if (call.Terminal.Interrupted.WaitHandle.WaitOne(Look))
                throw new CommandException("Interrupted. The daemons keep starting: `orch status` shows how they do, `orch stop` ends them.", 130);
        }
        throw new CommandException($"the daemons do not come up within {Patience.TotalSeconds:0} s: {reason}\n" +
            $"{paths.Log("manager")}:\n{LogRotation.Tail(paths.Log("manager"), 5)}\n" +
            $"{paths.Log("agent")}:\n{LogRotation.Tail(paths.Log("agent"), 5)}");
    }
}
