using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Orch.Manager.Leadership;
using Orch.Manager.Writing;

namespace Orch.Manager.Api;

/// <summary>
/// What every request passes on its way to an endpoint: the headers that clients look for, the version in the path, and
/// an answer in Docker's shape whatever goes wrong.
/// </summary>
public sealed partial class ApiPipeline(ILogger<ApiPipeline> log)
{
    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Adds all of it around routing. Access, if given, runs between routing and endpoints and decides who may go on.
    /// </summary>
    public static void Use(IApplicationBuilder app, ILogger<ApiPipeline> log, Func<RequestDelegate, RequestDelegate>? access = null)
    {
        var pipeline = new ApiPipeline(log);
        app.Use(next => http => pipeline.InvokeAsync(http, next));
        app.UseRouting();
        app.Use(next => http =>
        {
            // Routing's own answer to a wrong method is 405; Docker's is 404, and there is no handler to protect.
            if (http.GetEndpoint() is not RouteEndpoint)
                http.SetEndpoint(null);
            return next(http);
        });
        if (access is not null)
            app.Use(access);
    }

    private async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
        {
            await next(http);
            return;
        }
        SetHeaders(http.Response.Headers);
        if (VersionProblem(http.Request) is { } problem)
        {
            await Answer.RefuseAsync(http, problem);
            return;
        }
        try
        {
            await next(http);
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            await AnswerAsync(http, error);
            return;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client of a stream hung up: the usual end of a stream.
            return;
        }
        if (http is { Response: { HasStarted: false, StatusCode: 404 } } && http.GetEndpoint() is null)
            await Answer.RefuseAsync(http, Problem.PageNotFound);
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers["Api-Version"] = ApiVersion.Max.ToString();
        headers["Ostype"] = "linux";
        headers["Docker-Experimental"] = "false";
        headers.Server = $"Docker/orch-{Product.Version} (linux)";
    }

    /// <summary>Takes the version off the path, so that one set of routes serves them all.</summary>
    private static Problem? VersionProblem(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        if (path.Length > 1 && path[^1] == '/')
            return Problem.PageNotFound;
        if (path is not ['/', 'v', >= '0' and <= '9', ..])
            return null;
        var end = path.IndexOf('/', 1);
        if (end < 0 || !ApiVersion.TryParse(path.AsSpan(2, end - 2), out var version))
            return Problem.PageNotFound;
        if (version.Problem(path[2..end]) is { } refusal)
            return new(400, refusal);
        request.Path = path[end..];
        return null;
    }

    private Task AnswerAsync(HttpContext http, Exception error)
    {
        var over = RoleVisit.Leave(http);
        switch (error)
        {
            case OperationCanceledException when http.RequestAborted.IsCancellationRequested:
                return Task.CompletedTask;
            case OperationCanceledException when over:
                return Answer.RefuseAsync(http, new Problem(503, Words(http, "this manager no longer leads")) { RetryAfter = _retryAfter });
            case BadHttpRequestException { StatusCode: 413 }:
                return Answer.RefuseAsync(http, RequestBody.TooLarge);
            case BadHttpRequestException bad:
                return Answer.RefuseAsync(http, new Problem(bad.StatusCode, bad.Message));
            case NotLeaderException:
                return Answer.RefuseAsync(http, new Problem(503, Words(http, error.Message)) { RetryAfter = _retryAfter });
            case OverloadedException:
                return Answer.RefuseAsync(http, new Problem(503, error.Message) { RetryAfter = _retryAfter });
            default:
                LogFailure(error, http.Request.Method, http.Request.Path.Value);
                return Answer.RefuseAsync(http, new Problem(500, $"internal error: {error.Message} (the manager's log has more)"));
        }
    }

    private static string Words(HttpContext http, string why) => HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)
        ? why : $"{why}; whether the change was made is not known: look before trying again";

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailure(Exception error, string method, string? path);
}
