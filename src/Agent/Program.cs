using System.Runtime.InteropServices;
using Orch.Agent;
using Orch.Agent.Engine;
using Orch.Agent.Networks;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;

var clock = TimeProvider.System;
var log = AgentLog.ToStandardError(clock);
if (AgentOptions.TryParse(args, out var problem) is not { } options)
    return Refuse($"{problem}\n{AgentOptions.Usage}");
if (options.ShowHelp || options.ShowVersion)
{
    Console.WriteLine(options.ShowHelp ? AgentOptions.Usage : $"orch-agent {AgentVersion.Text}");
    return 0;
}

using var stop = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, EndOnSignal);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, EndOnSignal);
try
{
    if (MachineConfig.Load(options.Paths.NodeFile) is not { } machine)
        return Refuse($"{options.Paths.NodeFile} does not exist: this machine is in no cluster; run `orch init` or `orch join`");
    using var only = SingleInstance.TryTake(SingleInstance.DefaultName, out problem);
    if (only is null)
        return Refuse(problem);
    if (EngineAddress.TryParse(options.Engine ?? machine.Engine, out problem) is not { } engine)
        return Refuse(problem);
    DaemonPriority.Take();
    if (options.ClearNetworks)
    {
        await using var connection = new DockerEngine(engine, clock);
        using var networks = new AgentNetworks(connection, machine, options.Paths, log, clock);
        await networks.RunToClearAsync(stop.Token);
        return 0;
    }
    var credentials = NodeCredentials.Load(options.Paths, clock);
    var reason = await new AgentHost(options, machine, log, clock).RunAsync(engine, credentials, stop.Token);
    log.Info($"{reason}: this machine is in no cluster any more");
    Departure.Forget(options.Paths);
    return DaemonExit.LeftCluster;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    log.Info("stopped; containers go on");
    return 0;
}
catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
{
    return Refuse(e.Message);
}

int Refuse(string why)
{
    log.Warn(why);
    return 1;
}

void EndOnSignal(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
