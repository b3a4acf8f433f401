using System.Net.Sockets;

namespace Orch.Testing.Tool;

/// <summary>How other processes tell a running lab what to do: one line each way over a Unix socket in its directory.
/// </summary>
internal static class Control
{
    private const string SocketName = "control.sock";

    public static async Task ServeAsync(Lab lab, Commands commands, CancellationToken ending)
    {
        using var listener = NewSocket();
        listener.Bind(new UnixDomainSocketEndPoint($"{lab.Directory}/{SocketName}"));
        listener.Listen();
        try
        {
            while (true)
            {
                using var caller = await listener.AcceptAsync(ending);
                await AnswerAsync(caller, commands, ending);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C, a signal or "down".
        }
    }

    /// <summary>Has the newest running lab carry out a line, prints what it says; 1 if it refused.</summary>
    public static async Task<int> AskAsync(string line)
    {
        var path = Lab.Running().Select(directory => $"{directory}/{SocketName}").LastOrDefault(File.Exists)
            ?? throw new LabException("No lab is up; start one with 'make lab'.");
        using var socket = NewSocket();
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await using var stream = new NetworkStream(socket);
        await using var writer = new StreamWriter(stream) { AutoFlush = true };
        using var reader = new StreamReader(stream);
        await writer.WriteLineAsync(line);
        var answer = await reader.ReadToEndAsync();
        Console.WriteLine(answer.TrimEnd());
        return answer.StartsWith(Commands.Failed, StringComparison.Ordinal) ? 1 : 0;
    }

    private static async Task AnswerAsync(Socket caller, Commands commands, CancellationToken ending)
    {
        try
        {
            await using var stream = new NetworkStream(caller);
            using var reader = new StreamReader(stream);
            await using var writer = new StreamWriter(stream);
            if (await reader.ReadLineAsync(ending) is { } line)
                await writer.WriteLineAsync(await commands.RunAsync(line));
        }
        catch (IOException)
        {
            // The caller gave up; its command was carried out all the same.
        }
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
