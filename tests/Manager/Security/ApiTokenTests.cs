using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Api;
using Orch.Manager.Security;
using Orch.Tests.Support;

namespace Orch.Tests.Manager.Security;

public sealed class ApiTokenTests : IDisposable
{
    private static readonly Callers[] Roles = [Callers.TokenViewer, Callers.TokenOperator, Callers.TokenAdmin];
    private readonly TestClock _clock = new();
    private readonly ClusterState _state = new();
    private readonly TokenCalls _calls;
    private readonly BearerTokens _bearers;

    public ApiTokenTests()
    {
        _calls = new(_clock);
        _bearers = new(() => _state, new JoinThrottle(_clock, perMinute: 3), _calls, _clock);
    }

    public void Dispose() => _calls.Dispose();

    private string Add(string name, ApiRole role, TimeSpan? expires = null)
    {
        var (text, key, hash) = ApiTokenText.New();
        var now = Timestamp.From(_clock.GetUtcNow());
        var decision = Decide.For(
            _state, new CreateApiToken(name, role, key, hash, expires is { } span ? now + span : default), new(now, () => 1));
        foreach (var e in decision.Events)
            Fold.Apply(_state, e, _state.Revision + 1, new Changes());
        return text;
    }

    private ConnectionPeer Show(string? token, string address = "10.0.0.9")
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        if (token is not null)
            http.Request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token).ToString();
        return _bearers.Identify(http, ConnectionPeer.Nobody);
    }

    [Fact]
    public void A_token_gives_its_role_and_no_other_does()
    {
        var token = Add("ci", ApiRole.Operator);
        var other = Add("look", ApiRole.Viewer);

        Assert.Equal(Callers.TokenOperator, Show(token).Kind);
        Assert.Equal(Callers.TokenViewer, Show(other).Kind);
        Assert.Equal(Callers.Anonymous, Show(token[..^1] + (token[^1] == 'a' ? 'b' : 'a')).Kind);
        Assert.Equal(Callers.Anonymous, Show(null).Kind);
        Assert.Equal(Callers.Anonymous, Show("Basic x").Kind);
    }

    [Fact]
    public void A_token_that_has_expired_or_was_removed_is_worthless()
    {
        var short_ = Add("short", ApiRole.Admin, TimeSpan.FromHours(1));
        var gone = Add("gone", ApiRole.Admin);
        Assert.Equal(Callers.TokenAdmin, Show(short_).Kind);

        _clock.Offset = TimeSpan.FromHours(2);
        Fold.Apply(_state, new ApiTokenRemoved("gone"), _state.Revision + 1, new Changes());

        Assert.Equal((Callers.Anonymous, "the API token short has expired"), (Show(short_).Kind, Show(short_).Problem));
        Assert.Equal(Callers.Anonymous, Show(gone).Kind);
    }

    [Fact]
    public void Who_guesses_is_told_nothing_for_a_while_and_does_not_lock_out_the_right_token()
    {
        var token = Add("ci", ApiRole.Admin);
        for (var i = 0; i < 3; i++)
            Assert.StartsWith("the API token is not known", Show("wrong").Problem, StringComparison.Ordinal);

        Assert.StartsWith("too many wrong API tokens", Show("wrong").Problem, StringComparison.Ordinal);
        Assert.Equal(Callers.TokenAdmin, Show(token).Kind);
        _clock.Offset = TimeSpan.FromMinutes(2);
        Assert.StartsWith("the API token is not known", Show("wrong").Problem, StringComparison.Ordinal);
    }

    private sealed class Life : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }
        public bool Ended { get; private set; }
        public void Abort() => Ended = true;
    }

    private Life Stream(string token)
    {
        var life = new Life();
        var http = new DefaultHttpContext();
        http.Features.Set<IHttpRequestLifetimeFeature>(life);
        http.Connection.RemoteIpAddress = IPAddress.Loopback;
        http.Request.Headers.Authorization = $"Bearer {token}";
        Assert.NotEqual(Callers.Anonymous, _bearers.Identify(http, ConnectionPeer.Nobody).Kind);
        return life;
    }

    [Fact]
    public void A_stream_ends_when_its_token_is_removed_and_no_other_does()
    {
        var (gone, other) = (Stream(Add("gone", ApiRole.Viewer)), Stream(Add("other", ApiRole.Viewer)));
        var changes = new Changes();
        Fold.Apply(_state, new ApiTokenRemoved("gone"), _state.Revision + 1, changes);

        Assert.True(changes.ApiTokenRemoved);
        _calls.EndRemoved(_state);

        Assert.Equal((true, false), (gone.Ended, other.Ended));
    }

    [Fact]
    public void A_stream_ends_when_its_token_expires()
    {
        var time = new ManualClock();
        using var calls = new TokenCalls(time);
        var life = new Life();
        var http = new DefaultHttpContext();
        http.Features.Set<IHttpRequestLifetimeFeature>(life);
        var now = Timestamp.From(time.GetUtcNow());
        calls.Begin(http, new ApiToken
        {
            Name = "short",
            Key = "k",
            Hash = [],
            Role = ApiRole.Viewer,
            CreatedAt = now,
            ExpiresAt = now + TimeSpan.FromHours(1),
        });

        time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(life.Ended);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(life.Ended);
    }

    [Fact]
    public void What_is_stored_does_not_contain_the_token()
    {
        var token = Add("ci", ApiRole.Admin);

        var stored = System.Text.Encoding.UTF8.GetString(
            SnapshotCodec.Write(_state).SelectMany(item => item.Payload).ToArray());

        Assert.Contains("\"ci\"", stored, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Split('-')[2], stored, StringComparison.Ordinal);
        Assert.Equal(token.Split('-')[1], SnapshotCodec.Read(SnapshotCodec.Write(_state)).ApiTokens.Get("ci")!.Key);
    }

    [Fact]
    public void A_name_is_taken_once() =>
        Assert.Equal("api token ci already exists", Refused(() => Add("ci", ApiRole.Admin), "ci"));

    private string? Refused(Func<string> first, string name)
    {
        first();
        return Decide.For(_state, new CreateApiToken(name, ApiRole.Admin, "k", [], default), new(new(1), () => 1)).Refusal?.Message;
    }

    [Fact]
    public void Every_route_of_an_administrator_is_open_to_the_admin_role_and_each_role_includes_the_lower()
    {
        foreach (var rule in ApiRoutes.Rules)
        {
            Assert.Equal(rule.Allowed.HasFlag(Callers.Admin), rule.Allowed.HasFlag(Callers.TokenAdmin));
            Assert.True(!rule.Allowed.HasFlag(Callers.TokenOperator) || rule.Allowed.HasFlag(Callers.TokenAdmin), rule.Route);
            Assert.True(!rule.Allowed.HasFlag(Callers.TokenViewer) || rule.Allowed.HasFlag(Callers.TokenOperator), rule.Route);
        }
    }

    [Fact]
    public void Viewers_change_nothing() =>
        Assert.DoesNotContain(ApiRoutes.Rules, rule => rule.Method is not ("GET" or "HEAD") && rule.Allowed.HasFlag(Callers.TokenViewer));

    [Theory]
    [InlineData("/swarm")]
    [InlineData("/swarm/update")]
    [InlineData("/swarm/unlockkey")]
    [InlineData(TokenAccess.TokensPath)]
    [InlineData(TokenAccess.TokensPath + "/{id}")]
    [InlineData("/orch/v1/registries")]
    [InlineData("/auth")]
    public void Credentials_of_the_cluster_are_for_admins(string route) =>
        Assert.All(ApiRoutes.Rules.Where(rule => rule.Route == route),
            rule => Assert.Equal(Callers.TokenAdmin, rule.Allowed & (Callers.TokenViewer | Callers.TokenOperator | Callers.TokenAdmin)));

    [Theory]
    [InlineData("POST", "/services/create", "--oa")]
    [InlineData("DELETE", "/services/{id}", "--oa")]
    [InlineData("GET", "/services", "-voa")]
    [InlineData("GET", "/services/{id}/logs", "-voa")]
    [InlineData("GET", "/orch/v1/watch", "-voa")]
    [InlineData("POST", "/secrets/create", "--oa")]
    [InlineData("POST", "/configs/create", "--oa")]
    [InlineData("POST", "/nodes/{id}/update", "---a")]
    [InlineData("DELETE", "/nodes/{id}", "---a")]
    [InlineData("GET", "/nodes", "-voa")]
    public void The_roles_of_what_matters_most(string method, string route, string expected)
    {
        var allowed = ApiRoutes.Rules.Single(rule => rule.Method == method && rule.Route == route).Allowed;
        var shown = "-" + string.Concat(Roles.Zip("voa").Select(role => allowed.HasFlag(role.First) ? role.Second : '-'));
        Assert.Equal(expected, shown);
    }
}
