using Orch.Cli;

namespace Orch.Tests.Cli.Fakes;

/// <summary>What a command line left behind.</summary>
internal sealed record Outcome(int ExitCode, string Out, string Err);

internal static class Run
{
    public static Outcome Orch(FakeManager manager, DateTimeOffset now, params IReadOnlyList<string> args) =>
        Orch(manager, now, "", args);

    /// <summary>With something on standard input.</summary>
    public static Outcome Orch(FakeManager manager, DateTimeOffset now, string input, IReadOnlyList<string> args) =>
        With(new FixedClock(now), name => name == "ORCH_HOST" ? "unix://" + manager.SocketPath : null, args, input);

    public static Outcome Orch(FakeManager manager, params IReadOnlyList<string> args) =>
        Orch(manager, DateTimeOffset.UnixEpoch, args);

    /// <summary>With variables of the environment.</summary>
    public static Outcome Orch(FakeManager manager, Dictionary<string, string> environment, params IReadOnlyList<string> args) =>
        With(TimeProvider.System, name => name == "ORCH_HOST" ? "unix://" + manager.SocketPath : environment.GetValueOrDefault(name), args);

    /// <summary>With a person who types this.</summary>
    public static Outcome Answering(FakeManager manager, string typed, params IReadOnlyList<string> args) =>
        With(TimeProvider.System, name => name == "ORCH_HOST" ? "unix://" + manager.SocketPath : null, args, typed);

    /// <summary>Without any manager.</summary>
    public static Outcome Alone(params IReadOnlyList<string> args) => With(TimeProvider.System, _ => null, args);

    private static Outcome With(TimeProvider clock, Func<string, string?> env, IReadOnlyList<string> args, string input = "")
    {
        var (standardOut, standardError) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var exitCode = App.Run(args, new Terminal(standardOut, standardError, clock, env)
        {
            In = new StringReader(input),
            OpenInput = () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(input)),
        });
        return new(exitCode, standardOut.ToString(), standardError.ToString());
    }
}
