using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orch.Manager.Leadership;

/// <summary>How requests are answered in one role: middleware and routes of its own behind listeners that live longer.</summary>
internal sealed class RolePipeline : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private RolePipeline(ServiceProvider services, RequestDelegate invoke, TimeProvider clock) =>
        (_services, Invoke, Requests) = (services, invoke, new RoleRequests(clock));

    public RequestDelegate Invoke { get; }

    public RoleRequests Requests { get; }

    /// <summary>Use adds what comes before the endpoints, routing included; map adds the endpoints.</summary>
    public static RolePipeline Build(
        IServiceProvider host, TimeProvider clock, Action<IApplicationBuilder> use, Action<IEndpointRouteBuilder> map)
    {
        var services = new ServiceCollection();
        services.AddSingleton(host.GetRequiredService<ILoggerFactory>());
        services.AddSingleton(host.GetRequiredService<IHostApplicationLifetime>());
        services.AddSingleton(new DiagnosticListener("Orch.Manager"));
        services.AddLogging();
        services.AddRoutingCore();
        var provider = services.BuildServiceProvider();
        var app = new ApplicationBuilder(provider);
        use(app);
        app.UseEndpoints(map);
        return new RolePipeline(provider, app.Build(), clock);
    }

    public ValueTask DisposeAsync()
    {
        Requests.Dispose();
        return _services.DisposeAsync();
    }
}
