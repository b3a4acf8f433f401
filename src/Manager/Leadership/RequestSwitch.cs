using Microsoft.AspNetCore.Http;

namespace Orch.Manager.Leadership;

/// <summary>
/// Leads each request to the role that this manager has now. Between two roles requests wait a moment; the listeners and
/// the connections know nothing of it.
/// </summary>
internal sealed class RequestSwitch(TimeProvider clock)
{
    /// <summary>How long a request waits for somebody to answer it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RolePipeline? _role;
    private bool _closed;

    /// <summary>Completes with the first role: from then on it makes sense to listen.</summary>
    public Task Serving => _serving.Task;

    /// <summary>Completes when no role follows.</summary>
    public Task Closed => _ended.Task;

    public void Use(RolePipeline role)
    {
        RolePipeline? before;
        lock (_lock)
            (before, _role) = (_role, role);
        before?.Requests.Replace();
        _serving.TrySetResult();
        Move();
    }

    /// <summary>Nobody enters the role from here on; done when its requests are, or do not heed that it is over.</summary>
    public Task EndAsync(RolePipeline role, TimeSpan grace)
    {
        lock (_lock)
        {
            if (_role == role)
                _role = null;
        }
        return role.Requests.EndAsync(grace, LastMoment);
    }

    /// <summary>No role follows: requests are refused at once.</summary>
    public void Close()
    {
        lock (_lock)
            (_closed, _role) = (true, null);
        _ended.TrySetResult();
        Move();
    }

    public async Task InvokeAsync(HttpContext http)
    {
        var began = clock.GetTimestamp();
        while (await NextAsync(Patience - clock.GetElapsedTime(began), http.RequestAborted) is { } role)
        {
            if (!role.Requests.TryEnter())
                continue;
            try
            {
                await ServeAsync(role, http);
            }
            finally
            {
                role.Requests.Leave();
            }
            if (!AskAgain.Take(http))
                return;
        }
        if (!http.RequestAborted.IsCancellationRequested)
            await RefuseAsync(http);
    }

    private static async Task ServeAsync(RolePipeline role, HttpContext http)
    {
        var aborted = http.RequestAborted;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted, role.Requests.Over);
        http.RequestAborted = end.Token;
        RoleVisit.Begin(http, role.Requests, aborted);
        try
        {
            await role.Invoke(http);
        }
        finally
        {
            http.RequestAborted = aborted;
        }
    }

    /// <summary>Null: none came in time, none will, or the client is gone.</summary>
    private async ValueTask<RolePipeline?> NextAsync(TimeSpan patience, CancellationToken aborted)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (_role is not null || _closed)
                    return _role;
                moved = _moved.Task;
            }
            try
            {
                await moved.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, clock, aborted);
            }
            catch (Exception e) when (e is TimeoutException or OperationCanceledException)
            {
                return null;
            }
        }
    }

    private void Move()
    {
        TaskCompletionSource moved;
        lock (_lock)
            (moved, _moved) = (_moved, new(TaskCreationOptions.RunContinuationsAsynchronously));
        moved.TrySetResult();
    }

    private Task RefuseAsync(HttpContext http) => RoleRefusal.WriteAsync(http, _closed
        ? "this manager is stopping; ask another one"
        : "this manager changes its role and is not ready yet; try again in a second");
}

/// <summary>Left by a role that ended before it did anything for a request: the next role shall answer it.</summary>
internal sealed class AskAgain
{
    private static readonly AskAgain _mark = new();

    public static void Leave(HttpContext http) => http.Features.Set(_mark);

    /// <summary>True when it was left and nothing was answered; the response is clean then.</summary>
    public static bool Take(HttpContext http)
    {
        if (http.Features.Get<AskAgain>() is null || http.Response.HasStarted)
            return false;
        http.Features.Set<AskAgain>(null);
        http.SetEndpoint(null);
        http.Response.Clear();
        return true;
    }
}
