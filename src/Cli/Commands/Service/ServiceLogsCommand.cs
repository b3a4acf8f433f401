using Orch.Cli.Http;
using Orch.Cli.Logs;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Service;

internal static class ServiceLogsCommand
{
    public static Command Definition => new()
    {
        Name = "service logs",
        Usage = "[OPTIONS] SERVICE|TASK",
        Summary = "Show the logs of a service or task",
        Details = "Lines of all tasks in the order of time, those of ended tasks too while their containers exist.\n"
            + "A node that cannot be asked is named on one line and holds up nothing.",
        Flags = LogFlags.All,
        Examples = "orch service logs -f --tail 20 web\norch service logs --since 10m --grep 'GET /api' web\norch service logs web.1.x3k…",
        MinWords = 1,
        MaxWords = 1,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var name = call.Words[0];
        var ask = LogFlags.Read(call);
        var kind = Is(call, "services", name) ? "service" : Is(call, "tasks", name) ? "task"
            : throw new CommandException($"no such task or service: {name}");
        return LogFollower.Run(call, ask, [$"target={Query.Segment(name)}", $"kind={kind}"], aligned: false);
    }

    private static bool Is(Invocation call, string kind, string name) =>
        call.Client.Send("GET", $"/{kind}/{Query.Segment(name)}", []).Status == 200;
}
