using Orch.Agent;
using Orch.Agent.Engine;
using Orch.Agent.Tasks;
using Orch.Core.Model;

namespace Orch.Tests.Agent.Tasks;

public sealed class ImageFetchTests
{
    private readonly Registry _registry = new();
    private readonly Known _known = new();

    [Fact]
    public async Task A_local_image_is_used_without_asking_anybody()
    {
        _registry.IsLocal = true;
        Assert.Null((await PrepareAsync(PullPolicy.Missing)).Error);
        Assert.Empty(_registry.Asked);
    }

    [Fact]
    public async Task Without_credentials_the_pull_is_tried_without()
    {
        _registry.Takes = null;
        Assert.Null((await PrepareAsync(PullPolicy.Missing)).Error);
        Assert.Equal([null], _registry.Asked);
    }

    [Fact]
    public async Task Credentials_are_tried_in_turn_until_one_is_taken()
    {
        _known.Auths = ["old", "new", "unused"];
        _registry.Takes = "new";
        Assert.Null((await PrepareAsync(PullPolicy.Missing)).Error);
        Assert.Equal(["old", "new"], _registry.Asked);
    }

    [Fact]
    public async Task When_none_is_taken_the_first_refusal_is_told()
    {
        _known.Auths = ["old", "older"];
        _registry.Takes = "new";
        Assert.Equal("No such image: web:1 (denied: old)", (await PrepareAsync(PullPolicy.Missing)).Error?.Message);
    }

    [Fact]
    public async Task An_engine_that_is_away_is_no_refusal()
    {
        _known.Auths = ["a", "b"];
        _registry.IsAway = true;
        Assert.Equal(EngineFault.Unreachable, (await PrepareAsync(PullPolicy.Missing)).Error?.Fault);
        Assert.Equal(["a"], _registry.Asked);
    }

    [Fact]
    public async Task Always_pulls_although_the_image_is_here_and_uses_it_when_that_fails()
    {
        _registry.IsLocal = true;
        _registry.Takes = "nobody";
        Assert.Null((await PrepareAsync(PullPolicy.Always)).Error);
        Assert.Equal([null], _registry.Asked);
    }

    [Fact]
    public async Task Never_asks_no_registry()
    {
        Assert.Contains("pull policy is never", (await PrepareAsync(PullPolicy.Never)).Error?.Message, StringComparison.Ordinal);
        Assert.Empty(_registry.Asked);
    }

    private Task<EngineAnswer> PrepareAsync(PullPolicy pull) =>
        new ImageFetch(_registry, _known, new AgentLog(TextWriter.Null, TimeProvider.System, journal: false))
            .PrepareAsync(new EngineCall.PrepareImage(1, "web:1", new ServiceId(1), pull), default);

    private sealed class Known : IPullCredentials
    {
        public IReadOnlyList<string> Auths { get; set; } = [];

        public Task<IReadOnlyList<string>> ForAsync(ServiceId service, string image, CancellationToken stopping) =>
            Task.FromResult(Auths);
    }

    /// <summary>An engine of which only images are asked.</summary>
    private sealed class Registry : IContainerEngine
    {
        public bool IsLocal { get; set; }
        public bool IsAway { get; set; }

        /// <summary>The credential that opens the registry.</summary>
        public string? Takes { get; set; }
        public List<string?> Asked { get; } = [];

        public Task<EngineResult<ImageFacts>> InspectImageAsync(string image, CancellationToken stopping) =>
            Task.FromResult<EngineResult<ImageFacts>>(
                IsLocal ? new ImageFacts("sha256:1", false) : new EngineError(EngineFault.NotFound, "no such image"));

        public Task<EngineResult<NoValue>> PullAsync(string image, string? auth, CancellationToken stopping)
        {
            Asked.Add(auth);
            IsLocal |= !IsAway && auth == Takes;
            return Task.FromResult<EngineResult<NoValue>>(
                IsAway ? new EngineError(EngineFault.Unreachable, "gone")
                : auth == Takes ? default(NoValue) : new EngineError(EngineFault.Refused, $"denied: {auth}"));
        }

        public Task<EngineResult<Version>> NegotiateAsync(CancellationToken stopping) => throw Unasked();
        public Task<EngineResult<NoValue>> PingAsync(CancellationToken stopping) => throw Unasked();
        public Task<EngineResult<EngineInfo>> InfoAsync(CancellationToken stopping) => throw Unasked();
        public Task<EngineResult<string>> CreateAsync(string name, ContainerCreate request, CancellationToken stopping) => throw Unasked();
        public Task<EngineResult<NoValue>> StartAsync(string container, CancellationToken stopping) => throw Unasked();
        public Task<EngineResult<NoValue>> StopAsync(string container, TimeSpan grace, CancellationToken stopping) => throw Unasked();
        public Task<EngineResult<NoValue>> KillAsync(string container, CancellationToken stopping) => throw Unasked();
        public Task<EngineResult<NoValue>> RemoveAsync(string container, CancellationToken stopping) => throw Unasked();
        public Task<EngineResult<ContainerState>> InspectAsync(string container, CancellationToken stopping) => throw Unasked();
        public Task<EngineResult<IReadOnlyList<ContainerState>>> ListAsync(string label, CancellationToken stopping) => throw Unasked();
        public Task<EngineResult<IEngineEventStream>> OpenEventsAsync(CancellationToken stopping) => throw Unasked();
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static InvalidOperationException Unasked() => new("only images are asked for here");
    }
}
