using System.Runtime.CompilerServices;
using Orch.Agent.Engine;

namespace Orch.Agent.Logs;

/// <summary>Reads the log of a task's container, running or not, for as long as the engine keeps the container.</summary>
internal sealed class ContainerLogs(DockerEngine engine, string clusterId)
{
    /// <summary>
    /// Ends with the log. A task without a container has no log, which is nothing to tell; any other reason why there is
    /// nothing, or not all, is a <see cref="LogProblem"/>.
    /// </summary>
    public async Task<IAsyncEnumerable<LogPiece>> OpenAsync(string task, LogAsk ask, CancellationToken cancellation)
    {
        var found = await engine.ListAsync($"{ContainerLabels.Task}={task}", cancellation);
        if (found.Error is { } error)
            throw new LogProblem(error.Message);
        var container = found.Value!.Where(c => c.Labels.GetValueOrDefault(ContainerLabels.Cluster) == clusterId)
            .MaxBy(c => c.StartedAt);
        if (container is null)
            return AsyncEnumerable.Empty<LogPiece>();
        var opened = await engine.OpenLogsAsync(container.Id, ask, cancellation);
        return opened.Error is { } refused
            ? throw new LogProblem(refused.Message)
            : PiecesAsync(opened.Value!, container.Tty, cancellation);
    }

    private static async IAsyncEnumerable<LogPiece> PiecesAsync(
        HttpResponseMessage response, bool tty, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var answer = response;
        using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        await using var pieces = LogFrames.ReadAsync(stream, tty, cancellation).GetAsyncEnumerator(cancellation);
        while (await NextAsync(pieces))
            yield return pieces.Current;
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<LogPiece> pieces)
    {
        try
        {
            return await pieces.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new LogProblem($"the engine's log broke off: {e.Message}");
        }
    }
}

/// <summary>Why a log cannot be read, in words for its reader.</summary>
internal sealed class LogProblem(string message) : Exception(message);
