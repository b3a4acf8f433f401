using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Core.Model;
using Orch.Grpc;
using Orch.Manager.Api;
using Orch.Manager.Images;
using Orch.Manager.Logs;
using Orch.Manager.Security;
using Orch.Manager.Sessions;
using Orch.Manager.Writing;

namespace Orch.Manager.Hosting;

/// <summary>The two listeners and what is mapped on them; the one table of who may call what.</summary>
internal static class ManagerApp
{
    public sealed record Parts(
        ManagerOptions Options, ClusterStore Store, SessionHub Hub, ManagerAdmission Admission, ClusterCa Ca,
        ServerCertificate Certificate, MachineConfig Machine, ILoggerFactory Loggers, TimeProvider Clock,
        StoreGauge Gauge)
    {
        public EventHistory Events { get; } = new();
        public TokenCalls TokenCalls { get; } = new(Clock);
        public LogDesk Logs { get; } = new(Hub.AskForLogs, Clock);
    }

    public static WebApplication Build(Parts parts)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "orch-manager" });
        builder.Services.AddSingleton(parts.Loggers);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.AddRoutingCore();
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = Listener);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            PortLimits.Apply(kestrel);
            ControlSocket.Clear(parts.Options.Paths.ControlSocket);
            kestrel.ListenUnixSocket(parts.Options.Paths.ControlSocket, listen => listen.UseLocalSocket());
            kestrel.Listen(parts.Options.Listen, listen => listen.UseClusterPort(
                parts.Certificate, parts.Ca.Trust, new ConnectionGate()));
        });
        var app = builder.Build();
        var table = new AccessTable(
            [.. ApiRoutes.Rules, .. JoinDesk.Rules, SessionHub.Rule, PullDesk.Rule, LogDesk.Rule]);
        var access = new AccessMiddleware(table, id => !parts.Store.Current.Nodes.Contains(id), parts.Clock,
            new BearerTokens(() => parts.Store.Current, new JoinThrottle(parts.Clock), parts.TokenCalls, parts.Clock));
        ApiPipeline.Use(app, parts.Loggers.CreateLogger<ApiPipeline>(), next => http => access.InvokeAsync(http, next));
        Map(app, parts);
        RefuseUncovered(app, table);
        return app;
    }

    private static Socket Listener(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        return endpoint is IPEndPoint ? ThinStream.Prefer(socket) : socket;
    }

    private static void Map(WebApplication app, Parts parts)
    {
        ApiRoutes.Map(app, ApiComposition.Services(parts));
        parts.Hub.Map(app);
        new PullDesk(() => parts.Store.Current).Map(app);
        parts.Logs.Map(app);
        new JoinDesk(new JoinDeskParts(
            parts.Ca, () => parts.Admission.Join, () => new NodeId(NewIds.Next()), parts.Admission.AdmitAsync,
            new JoinThrottle(parts.Clock), parts.Clock)).Map(app);
    }

    /// <summary>An endpoint nobody made a rule for would be closed to all; better not to start than to find out later.</summary>
    private static void RefuseUncovered(IEndpointRouteBuilder app, AccessTable table)
    {
        var uncovered = table.Uncovered(app.DataSources.SelectMany(source => source.Endpoints));
        if (uncovered.Count > 0)
            throw new InvalidOperationException($"no access rule for: {string.Join(", ", uncovered)}");
    }
}
