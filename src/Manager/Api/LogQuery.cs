using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orch.Manager.Logs;

namespace Orch.Manager.Api;

/// <summary>The query of a logs request: what is read, and how it is shown. Mistakes are told in Docker's words.</summary>
internal sealed record LogQuery(LogQuestion Question, bool Timestamps, bool Details)
{
    public static (LogQuery? Query, Problem? Problem) Of(HttpRequest request)
    {
        var (stdout, stderr) = (Query.Flag(request, "stdout"), Query.Flag(request, "stderr"));
        if (!stdout && !stderr)
            return (null, Problem.Invalid("Bad parameters: you must choose at least one stream"));
        if (!ApiMoment.TryParse(request.Query["since"].ToString(), out var since))
            return (null, Problem.Invalid($"invalid value for \"since\": '{request.Query["since"]}' is no moment"));
        if (!ApiMoment.TryParse(request.Query["until"].ToString(), out var until))
            return (null, Problem.Invalid($"invalid value for \"until\": '{request.Query["until"]}' is no moment"));
        var (tail, problem) = Tail(request.Query["tail"].ToString());
        if (problem is not null)
            return (null, problem);
        var question = new LogQuestion
        {
            Stdout = stdout,
            Stderr = stderr,
            Follow = Query.Flag(request, "follow"),
            Since = since?.UnixNanos ?? 0,
            Until = until?.UnixNanos ?? 0,
            Tail = tail,
        };
        return (new(question, Query.Flag(request, "timestamps"), Query.Flag(request, "details")), null);
    }

    private static (long Tail, Problem? Problem) Tail(string text)
    {
        if (text.Length == 0 || text.Equals("all", StringComparison.OrdinalIgnoreCase))
            return (-1, null);
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var lines))
            return (0, Problem.Invalid("tail value must be a positive integer or \"all\""));
        return lines >= 0 ? (lines, null) : (0, Problem.Invalid("negative tail values not supported"));
    }
}
