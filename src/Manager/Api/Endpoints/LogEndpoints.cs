using Microsoft.AspNetCore.Http;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Logs;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// Logs of services, tasks, nodes and stacks. /orch/v1/logs?target=… finds the target itself and always answers in
/// frames, so that one reader can show what came from many services.
/// </summary>
internal static class LogEndpoints
{
    public static Task ServiceAsync(HttpContext http, ApiServices api)
    {
        var (service, refusal) = Lookup.Service(api.View(), Route.Id(http));
        return service is null ? Answer.RefuseAsync(http, refusal!)
            : SendAsync(http, api, LogSelection.Of(service), framed: !IsTty(service.TaskSpec));
    }

    public static Task TaskAsync(HttpContext http, ApiServices api)
    {
        var (task, refusal) = Lookup.Task(api.View(), Route.Id(http));
        return task is null ? Answer.RefuseAsync(http, refusal!)
            : SendAsync(http, api, LogSelection.Of(task), framed: !IsTty(task.Spec));
    }

    public static Task AnyAsync(HttpContext http, ApiServices api)
    {
        var (selection, refusal) = Target(api.View(), http.Request.Query["target"].ToString(), http.Request.Query["kind"].ToString());
        return selection is null ? Answer.RefuseAsync(http, refusal!) : SendAsync(http, api, selection, framed: true);
    }

    /// <summary>The first kind that knows the name, services first; a kind that is given decides alone.</summary>
    private static (LogSelection? Selection, Refusal? Refusal) Target(ClusterState view, string name, string kind)
    {
        Refusal? ambiguous = null;
        if (kind is "" or "service" && Found(Lookup.Service(view, name), LogSelection.Of, ref ambiguous) is { } service)
            return (service, null);
        if (kind is "" or "task" && Found(Lookup.Task(view, name), LogSelection.Of, ref ambiguous) is { } task)
            return (task, null);
        if (kind is "" or "stack" && view.Services.Values.Any(s => LogSelection.IsOf(name, s)))
            return (LogSelection.OfStack(name), null);
        if (kind is "node" && Found(Lookup.Node(view, name), LogSelection.Of, ref ambiguous) is { } node)
            return (node, null);
        return (null, ambiguous ?? new(RefusalKind.NotFound, kind switch
        {
            "service" or "task" or "stack" or "node" => $"{kind} {name} not found",
            "" => $"no service, task or stack is called '{name}'",
            _ => $"unknown kind '{kind}': service, task, stack or node",
        }));
    }

    private static LogSelection? Found<T>(
        (T? Found, Refusal? Refusal) looked, Func<T, LogSelection> select, ref Refusal? ambiguous) where T : class
    {
        if (looked.Refusal is { Kind: not RefusalKind.NotFound } why)
            ambiguous ??= why;
        return looked.Found is { } found ? select(found) : null;
    }

    private static bool IsTty(TaskSpec spec) => spec.Template.ContainerSpec?.TTY == true;

    private static async Task SendAsync(HttpContext http, ApiServices api, LogSelection selection, bool framed)
    {
        var (query, problem) = LogQuery.Of(http.Request);
        if (query is null)
        {
            await Answer.RefuseAsync(http, problem!);
            return;
        }
        using var stream = await LogStream.OpenAsync(http, framed);
        if (stream is null)
            return;
        using var reader = new LogReader(selection, query.Question, api.Logs, api.Clock);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var reading = ReadAsync(reader, api, over.Token);
        try
        {
            await stream.SendAsync(reader.Records, new LogLines(query, framed, api.View), over.Token);
        }
        finally
        {
            await over.CancelAsync();
            await reading;
        }
    }

    /// <summary>The records end when the reading does, for whatever reason.</summary>
    private static async Task ReadAsync(LogReader reader, ApiServices api, CancellationToken cancellation)
    {
        try
        {
            await reader.RunAsync(api.View, api.Watch, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The client has seen enough.
        }
        finally
        {
            reader.Records.Complete();
        }
    }
}
