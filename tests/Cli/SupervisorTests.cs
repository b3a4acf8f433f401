using System.Globalization;
using System.Threading.Channels;
using Orch.Cli.Daemons;
using Orch.Contracts.Machine;

namespace Orch.Tests.Cli;

/// <summary>Real processes, no waiting by the clock: every step waits for the supervisor's own word.</summary>
public sealed class SupervisorTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _directory = Directory.CreateTempSubdirectory("orch-supervise").FullName;
    private readonly Channel<string> _said = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource _stop = new();

    [Fact]
    public async Task A_killed_child_is_started_again_and_stopping_ends_it()
    {
        var supervisor = Create("sleeper", "exec sleep 1000");
        var running = supervisor.RunAsync(() => { }, _stop.Token);

        var first = await NextProcessAsync();
        Posix.Signal(first, Posix.SignalKill);
        var second = await NextProcessAsync();

        Assert.NotEqual(first, second);
        Assert.Equal($"{second}", await File.ReadAllTextAsync(PidFile));
        await _stop.CancelAsync();
        Assert.True(await running.WaitAsync(Patience));
        Assert.False(Directory.Exists($"/proc/{second}"));
        Assert.False(File.Exists(PidFile));
    }

    [Fact]
    public async Task A_second_supervisor_of_the_same_directory_is_refused()
    {
        var ready = new TaskCompletionSource();
        var running = Create("one", "exec sleep 1000").RunAsync(ready.SetResult, _stop.Token);
        await ready.Task.WaitAsync(Patience);

        Assert.Equal($"{Environment.ProcessId}", await File.ReadAllTextAsync(Path.Combine(_directory, "supervise.pid")));
        Assert.False(await Create("two", "exec sleep 1000").RunAsync(() => { }, _stop.Token));

        await _stop.CancelAsync();
        Assert.True(await running.WaitAsync(Patience));
    }

    [Fact]
    public async Task What_a_child_prints_is_in_its_log()
    {
        var running = Create("talker", "echo out; echo err >&2").RunAsync(() => { }, _stop.Token);

        await NextAsync("ended with exit code 0");
        await _stop.CancelAsync();
        await running.WaitAsync(Patience);

        Assert.StartsWith("out\nerr\n", await File.ReadAllTextAsync(LogFile), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DaemonExit.LeftCluster)]
    [InlineData(DaemonExit.NeedsAPerson)]
    public async Task A_supervisor_ends_when_none_of_its_children_is_to_be_started_again(int code)
    {
        Assert.True(await Create("final", $"exit {code}").RunAsync(() => { }, _stop.Token).WaitAsync(Patience));

        Assert.StartsWith("final is not started again", await NextAsync("not started again"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_directory, "supervise.pid")));
    }

    [Fact]
    public void A_log_that_grew_beyond_its_bound_moves_aside()
    {
        File.WriteAllBytes(LogFile, new byte[LogRotation.MaxBytes + 1]);

        LogRotation.Trim(LogFile);

        Assert.Equal(0, new FileInfo(LogFile).Length);
        Assert.Equal(LogRotation.MaxBytes + 1, new FileInfo(LogFile + ".1").Length);
    }

    [Fact]
    public void A_process_id_that_belongs_to_another_program_by_now_is_not_taken_for_ours()
    {
        File.WriteAllText(PidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

        Assert.Null(Leftovers.Find(PidFile, "/usr/bin/orch-manager"));
    }

    private string PidFile => Path.Combine(_directory, "child.pid");
    private string LogFile => Path.Combine(_directory, "child.log");

    private Supervisor Create(string name, string script) => new(Path.Combine(_directory, "supervise.pid"),
        [new ChildSpec(name, "/bin/sh", ["-c", script], LogFile) { PidFile = PidFile }], TimeProvider.System,
        text => _said.Writer.TryWrite(text));

    private async Task<int> NextProcessAsync() =>
        int.Parse((await NextAsync("started as process ")).Split(' ')[^1], CultureInfo.InvariantCulture);

    private async Task<string> NextAsync(string words)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var text in _said.Reader.ReadAllAsync(patience.Token))
            if (text.Contains(words, StringComparison.Ordinal))
                return text;
        throw new InvalidOperationException("the supervisor fell silent");
    }

    public void Dispose()
    {
        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
