using System.Runtime.InteropServices;

namespace Orch.Testing.Tool;

/// <summary>A lab for a human: up until Ctrl-C, SIGTERM or the command "down"; takes commands from the terminal and
/// from other processes.</summary>
internal static class Session
{
    public static async Task<int> RunAsync(LabOptions options)
    {
        using var ending = new CancellationTokenSource();
        using var interrupt = OnSignal(PosixSignal.SIGINT, ending);
        using var terminate = OnSignal(PosixSignal.SIGTERM, ending);
        using var hangUp = OnSignal(PosixSignal.SIGHUP, ending);

        await using var lab = await Lab.UpAsync(options, ending.Token);
        Console.WriteLine($"up {lab.Name} in {lab.UpTime.TotalSeconds:f1} s; its state is in {lab.Directory}");
        var commands = new Commands(lab, ending);
        Console.WriteLine(await commands.RunAsync("status"));

        if (!Console.IsInputRedirected) _ = Task.Run(() => ReadTerminalAsync(commands), ending.Token);
        await Control.ServeAsync(lab, commands, ending.Token);
        return 0;
    }

    // Not awaited at the end: a read from a terminal cannot be cancelled, and the process is about to exit.
    private static async Task ReadTerminalAsync(Commands commands)
    {
        Console.WriteLine("Commands: help. End with Ctrl-C.");
        while (Console.ReadLine() is { } line)
            if (line.Length > 0) Console.WriteLine(await commands.RunAsync(line));
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, CancellationTokenSource ending) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            ending.Cancel();
        });
}
