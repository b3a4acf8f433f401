using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orch.Contracts.Security;
using Orch.Grpc;
using Orch.Manager.Leadership;
using Orch.Manager.Security;

namespace Orch.Manager.Hosting;

/// <summary>The control socket and the cluster's port: one pair for the life of the process, whatever role it has.</summary>
internal static class Listeners
{
    public static WebApplication Build(
        ManagerOptions options, ServerCertificate shown, ClusterTrust trust, RequestSwitch requests, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "orch-manager" });
        builder.Services.AddSingleton(loggers);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = Listener);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            PortLimits.Apply(kestrel);
            ControlSocket.Clear(options.Paths.ControlSocket);
            kestrel.ListenUnixSocket(options.Paths.ControlSocket, listen => listen.UseLocalSocket());
            kestrel.Listen(options.Listen, listen => listen.UseClusterPort(shown, trust, new ConnectionGate()));
        });
        var app = builder.Build();
        app.Run(requests.InvokeAsync);
        return app;
    }

    private static Socket Listener(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        return endpoint is IPEndPoint ? ThinStream.Prefer(socket) : socket;
    }
}
