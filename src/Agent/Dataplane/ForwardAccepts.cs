using System.ComponentModel;
using System.Diagnostics;
using System.Threading.Channels;

namespace Orch.Agent.Dataplanes;

/// <summary>
/// Keeps <see cref="ForwardPlan"/> true, beside everything else: it starts processes, which may wait for the engine's lock.
/// Without iptables or without the engine's chains there is nothing to keep.
/// </summary>
internal sealed class ForwardAccepts(AgentLog log, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly List<(long Asked, TaskCompletionSource<string?> Told)> _waiting = [];
    private IReadOnlyCollection<string> _bridges = [];
    private long _asked;
    private long _done;
    private string? _problem;

    /// <summary>Looks soon; several calls meanwhile are one look.</summary>
    public void Keep(IReadOnlyCollection<string>? bridges = null)
    {
        lock (_lock)
        {
            _bridges = bridges ?? _bridges;
            _asked++;
        }
        _wake.Writer.TryWrite(true);
    }

    /// <summary>When all that was asked for until now is done: null, or why it is not. What failed is tried again.</summary>
    public Task<string?> SettledAsync()
    {
        lock (_lock)
        {
            if (_done >= _asked && _problem is null)
                return Task.FromResult(_problem);
            if (_done >= _asked)
            {
                _asked++;
                _wake.Writer.TryWrite(true);
            }
            var told = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((_asked, told));
            return told.Task;
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await _wake.Reader.ReadAsync(stopping);
                await LookAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Tell(long.MaxValue, "the agent stops");
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        long asked;
        IReadOnlyCollection<string> bridges;
        lock (_lock)
            (asked, bridges) = (_asked, _bridges);
        string? problem;
        try
        {
            problem = await ApplyAsync(bridges, stopping);
        }
        catch (Exception e) when (e is Win32Exception or IOException or TimeoutException)
        {
            problem = e is Win32Exception ? null : $"iptables: {e.Message}"; // no iptables, no chains
        }
        if (problem is not null && problem != _problem)
            log.Warn(problem);
        Tell(asked, problem);
    }

    private void Tell(long asked, string? problem)
    {
        lock (_lock)
        {
            (_done, _problem) = (Math.Max(_done, Math.Min(asked, _asked)), problem);
            foreach (var waiter in _waiting.Where(waiter => waiter.Asked <= _done))
                waiter.Told.TrySetResult(problem);
            _waiting.RemoveAll(waiter => waiter.Asked <= _done);
        }
    }

    private async Task<string?> ApplyAsync(IReadOnlyCollection<string> bridges, CancellationToken stopping)
    {
        var (code, saved, error) = await RunAsync("iptables-save", ["-t", "filter"], null, stopping);
        if (code != 0)
            return $"iptables-save: {error}";
        if (ForwardPlan.Plan(saved, bridges) is not { } plan)
            return null;
        (code, _, error) = await RunAsync("iptables-restore", ["--noflush", "-w", "5"], plan, stopping);
        return code == 0 ? null : $"iptables-restore: {error}";
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(
        string program, string[] arguments, string? input, CancellationToken stopping)
    {
        using var process = new Process
        {
            StartInfo = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(either.Token), process.StandardError.ReadToEndAsync(either.Token));
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), either.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(either.Token);
            return (process.ExitCode, await output, (await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            stopping.ThrowIfCancellationRequested();
            throw new TimeoutException($"{program} did not end within {Patience.TotalSeconds} s");
        }
    }
}
