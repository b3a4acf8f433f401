using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orch.Manager.Api;
using Orch.Manager.Leadership;

namespace Orch.Tests.Manager.Leadership;

/// <summary>Requests while the role behind the listeners changes.</summary>
public sealed class RequestSwitchTests : IAsyncLifetime
{
    private readonly RequestSwitch _switch = new(TimeProvider.System);
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(60) };
    private WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(_switch.InvokeAsync);
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task A_request_between_two_roles_waits_for_the_next_one()
    {
        var answer = _client.GetStringAsync(new Uri("/who", UriKind.Relative));
        await using var role = Role(http => http.Response.WriteAsync("the leader"));
        _switch.Use(role);
        Assert.Equal("the leader", await answer);
    }

    [Fact]
    public async Task Without_any_role_it_is_refused_and_at_once_when_none_will_come()
    {
        using (var late = await _client.GetAsync(new Uri("/who", UriKind.Relative)))
            Assert.Equal((503, "1"), ((int)late.StatusCode, late.Headers.RetryAfter!.ToString()));
        _switch.Close();
        using var never = await _client.GetAsync(new Uri("/who", UriKind.Relative));
        Assert.Contains("stopping", await never.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_ended_role_had_begun_is_refused_in_words_and_what_it_left_is_the_next_ones()
    {
        var inside = new SemaphoreSlim(0);
        await using var first = Role(async http =>
        {
            inside.Release();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
            }
            catch (OperationCanceledException) when (http.Request.Path == "/who" && RoleVisit.IsOver(http))
            {
                AskAgain.Leave(http);
            }
        });
        await using var second = Role(http => http.Response.WriteAsync("the next"));
        _switch.Use(first);
        using var body = new StringContent("{}");
        var write = _client.PostAsync(new Uri("/write", UriKind.Relative), body);
        var read = _client.GetAsync(new Uri("/read", UriKind.Relative));
        var who = _client.GetStringAsync(new Uri("/who", UriKind.Relative));
        for (var request = 0; request < 3; request++)
            Assert.True(await inside.WaitAsync(TimeSpan.FromSeconds(60)));

        var ending = _switch.EndAsync(first, TimeSpan.Zero);
        _switch.Use(second);
        await ending;

        Assert.Equal("the next", await who);
        Assert.Equal(503, (int)(await write).StatusCode);
        Assert.Contains("whether the change was made is not known", await (await write).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(503, (int)(await read).StatusCode);
        Assert.DoesNotContain("change", await (await read).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private RolePipeline Role(RequestDelegate answer) => RolePipeline.Build(
        _app.Services, TimeProvider.System, app => ApiPipeline.Use(app, NullLogger<ApiPipeline>.Instance), endpoints =>
        {
            foreach (var path in new[] { "/who", "/read", "/write" })
                endpoints.Map(path, answer);
        });
}
