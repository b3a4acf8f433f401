using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Orch.Contracts.Security;

/// <summary>
/// One TLS connection, and never a second: TLS is done here rather than by the handler, so that the certificate that is
/// checked and the connection that carries the secret cannot be two different ones.
/// </summary>
internal sealed class JoinConnection : IAsyncDisposable
{
    private readonly string _host;
    private readonly int _port;
    private SslStream? _stream;
    private int _connects;

    public JoinConnection(string host, int port)
    {
        (_host, _port) = (host, port);
        Handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellation) => ConnectAsync(cancellation),
            MaxConnectionsPerServer = 1,
            MaxResponseHeadersLength = 16,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
        };
    }

    public SocketsHttpHandler Handler { get; }

    /// <summary>What the server showed in the handshake. Nothing but the possession of its key is verified.</summary>
    public X509Certificate2 ServerCertificate => _stream?.RemoteCertificate as X509Certificate2
        ?? throw new InvalidOperationException("There is no connection yet.");

    public async ValueTask DisposeAsync()
    {
        Handler.Dispose();
        if (_stream is not null) await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _connects) > 1)
            throw new IOException("the connection was closed before the join was complete");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_host, _port, cancellation).ConfigureAwait(false);
            _stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await _stream.AuthenticateAsClientAsync(TlsOptions(), cancellation).ConfigureAwait(false);
            return _stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions TlsOptions() => new()
    {
        TargetHost = _host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = NoDownloads.Policy(),
        ApplicationProtocols = [SslApplicationProtocol.Http11],
#pragma warning disable CA5359 // Checked by JoinClient against the root it is about to learn, before anything secret.
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
#pragma warning restore CA5359
    };
}
