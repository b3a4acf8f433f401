using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Orch.Manager.Store.Consul;

/// <summary>HTTP as this client of Consul wants it: no proxy, bounded answers, a machine that vanished noticed while connecting.</summary>
internal static class ConsulConnection
{
    /// <summary>A bucket of records in base64, with room.</summary>
    private const long LongestAnswer = 64 * 1024 * 1024;

    public static HttpClient Open(ConsulLogOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromTicks(Math.Min(options.CallWithin.Ticks, TimeSpan.TicksPerSecond)),
            ConnectCallback = options.Addresses is [['/', ..] socket] ? (_, cancellation) => OpenAsync(socket, cancellation) : null,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };
        if (options.Tls is { } tls)
            handler.SslOptions = Secured(tls);
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LongestAnswer };
        if (options.Token.Length > 0)
            client.DefaultRequestHeaders.Add("X-Consul-Token", options.Token);
        return client;
    }

    /// <summary>The server beside this manager.</summary>
    private static async ValueTask<Stream> OpenAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <exception cref="LogUnavailableException">A certificate or key cannot be read.</exception>
    private static SslClientAuthenticationOptions Secured(ConsulTls tls)
    {
        try
        {
            var options = new SslClientAuthenticationOptions();
            if (tls.Certificate is { } file)
                options.ClientCertificates = [X509Certificate2.CreateFromPemFile(file, tls.Key ?? file)];
            if (tls.Ca is not { } ca)
                return options;
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(ca);
            options.CertificateChainPolicy = policy;
            return options;
        }
        catch (Exception e) when (e is IOException or System.Security.Cryptography.CryptographicException or UnauthorizedAccessException)
        {
            throw new LogUnavailableException($"the certificates for Consul cannot be used: {e.Message}", e);
        }
    }
}
