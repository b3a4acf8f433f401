using Orch.Cli.Parsing;

namespace Orch.Cli.Logs;

/// <summary>Reads a stream of logs to its end, or to Ctrl-C, which ends a follower the usual way.</summary>
internal static class LogFollower
{
    private const int Interrupted = 130;

    public static int Run(Invocation call, LogAsk ask, IEnumerable<string> target, bool aligned)
    {
        var (connection, body) = call.Client.Open("/orch/v1/logs?" + string.Join('&', [.. target, .. ask.Query]));
        using var _ = connection;
        using var stop = call.Terminal.Interrupted.Register(connection.Dispose);
        var printer = new LogPrinter(call, ask, aligned);
        try
        {
            foreach (var frame in LogFrame.Read(body))
            {
                if (frame is { } received)
                    printer.Write(received);
                else
                    call.Out.Flush();
            }
            call.Out.Flush();
            return 0;
        }
        catch (Exception) when (call.Terminal.Interrupted.IsCancellationRequested)
        {
            call.Out.Flush();
            return Interrupted;
        }
        catch (IOException e) when (e.HResult != 32)
        {
            throw new CommandException($"the manager at {call.Client.Address} ended the stream: {e.Message}\n  Try again.");
        }
    }
}
