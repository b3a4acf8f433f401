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
    private const string Stopping = "the agent stops";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly List<(long Asked, TaskCompletionSource<string?> Told)> _waiting = [];
    private IReadOnlyCollection<string> _bridges = [];
    private readonly RepairBrake _brake = new(clock);
    private volatile bool _ended;
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
            if (_ended || (_done >= _asked && _problem is null))
                return Task.FromResult(_ended ? Stopping : null);
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
            // Asked to.
        }
        finally
        {
            _ended = true;
            Tell(long.MaxValue, Stopping);
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        var asked = 0L;
        string? problem;
        try
        {
            TimeSpan left;
            do
            {
                IReadOnlyCollection<string> bridges;
                lock (_lock)
                    (asked, bridges) = (_asked, _bridges);
                (problem, left) = await ApplyAsync(bridges, stopping);
                await Task.Delay(left, clock, stopping);
            } while (left > TimeSpan.Zero);
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

    /// <summary>Left: it was made so a moment ago and undone by somebody else; then it is to be looked at again after that time.</summary>
    private async Task<(string? Problem, TimeSpan Left)> ApplyAsync(IReadOnlyCollection<string> bridges, CancellationToken stopping)
    {
        var (code, saved, error) = await RunAsync("iptables-save", ["-t", "filter"], null, stopping);
        if (code != 0)
            return ($"iptables-save: {error}", default);
        if (ForwardPlan.Plan(saved, bridges) is not { } plan)
            return default;
        var left = _brake.Left(bridges, out var first);
        if (first)
            log.Warn("somebody else keeps changing the engine's chain DOCKER-USER: it is made right once a second");
        if (left > TimeSpan.Zero)
            return (null, left);
        (code, _, error) = await RunAsync("iptables-restore", ["--noflush", "-w", "5"], plan, stopping);
        _brake.Repaired(bridges);
        return (code == 0 ? null : $"iptables-restore: {error}", default);
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
