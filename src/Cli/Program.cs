using System.Runtime.InteropServices;
using Orch.Cli;

using var interrupted = new CancellationTokenSource();
void Interrupt(PosixSignalContext context)
{
    // The command in progress says what it leaves behind and ends; a second signal ends it the system's way.
    context.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
}

using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
using var standardOut = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 16 * 1024) { AutoFlush = false };
using var standardIn = new StreamReader(Console.OpenStandardInput());
using var standardError = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
var terminal = new Terminal(standardOut, standardError, TimeProvider.System, Environment.GetEnvironmentVariable)
{
    In = standardIn,
    OpenInput = Console.OpenStandardInput,
    IsInteractive = !Console.IsOutputRedirected,
    Interrupted = interrupted.Token,
};
try
{
    return App.Run(args, terminal);
}
catch (IOException e) when (e.HResult == 32 || e.InnerException is System.Net.Sockets.SocketException)
{
    // The reader of our output has gone (orch service ls | head -1): nothing is left to say, and nobody to say it to.
    return 141;
}
