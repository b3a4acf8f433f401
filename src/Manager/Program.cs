using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orch.Contracts.Machine;
using Orch.Core.State;
using Orch.Manager;
using Orch.Manager.Hosting;
using Orch.Manager.Store;
using Orch.Manager.Writing;

ManagerOptions options;
try
{
    options = ManagerOptions.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine($"orch-manager: {e.Message}");
    return ExitCodes.Usage;
}
if (options.ShowHelp)
{
    Console.WriteLine(ManagerOptions.Help);
    return 0;
}

DaemonPriority.Take();
using var loggers = LoggerFactory.Create(logging => logging
    .AddSimpleConsole(console =>
    {
        console.SingleLine = true;
        console.UseUtcTimestamp = true;
        console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
    })
    .AddFilter("Microsoft", LogLevel.Warning));
using var stopping = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    return await new ManagerHost(options, loggers, TimeProvider.System).RunAsync(stopping.Token);
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}
catch (Exception e) when (e is LogException or InvalidDataException or IOException or UnauthorizedAccessException
    or FoldException or System.Text.Json.JsonException or NotLeaderException)
{
    Console.Error.WriteLine($"orch-manager: {e.Message}");
    return ExitCodes.For(e);
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.Cancel();
}
