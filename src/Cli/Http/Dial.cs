using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orch.Cli.Contexts;
using Orch.Cli.Parsing;
using Orch.Contracts.Security;

namespace Orch.Cli.Http;

/// <summary>Opens the connection to a manager, and says what to do when that fails.</summary>
internal static class Dial
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public static Stream Open(ManagerAddress address) =>
        address.Socket is { } path ? OpenSocket(path) : OpenTls(address);

    private static NetworkStream OpenSocket(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw new CommandException(Explain(path, (e as SocketException)?.SocketErrorCode));
        }
    }

    private static string Explain(string path, SocketError? error) => error switch
    {
        SocketError.AccessDenied =>
            $"permission denied on unix://{path}: run as root (sudo orch …), or choose a manager with --host tcp://HOST",
        _ when !File.Exists(path) =>
            $"no manager at unix://{path} (there is no such socket).\n" +
            "  `orch init` makes this machine the first of a new cluster, `orch start` starts one that exists,\n" +
            "  and --host tcp://HOST (or ORCH_HOST) talks to a manager elsewhere: workers have none of their own.",
        _ =>
            $"the manager at unix://{path} does not answer (nobody listens on the socket).\n" +
            "  `orch start` starts this machine's daemons; `orch status` and the manager's log say why it stopped.",
    };

    private static SslStream OpenTls(ManagerAddress address)
    {
        var (authority, own) = address.Context is { } context ? Load(context) : Load(address.Tls!, address);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var timeout = new CancellationTokenSource(ConnectTimeout);
            socket.ConnectAsync(address.Host, address.Port, timeout.Token).AsTask().GetAwaiter().GetResult();
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            stream.AuthenticateAsClient(Options(address.Host, authority, own));
            return stream;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw new CommandException($"cannot reach the manager at {address}: {Reason(e)}.\n" +
                "  Check the address and that nothing between the machines blocks the port.");
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            socket.Dispose();
            throw new CommandException($"the manager at {address} and this machine do not trust each other: {e.Message}\n" +
                (address.Context is { } used ? $"  What is trusted and shown is that of context \"{used.Name}\"."
                    : $"  Certificates used: {address.Tls!.Ca}, {address.Tls.Certificate} (ORCH_TLS_CA, ORCH_TLS_CERT, ORCH_TLS_KEY choose others)."));
        }
    }

    private static string Reason(Exception e) =>
        e is OperationCanceledException ? $"no answer within {ConnectTimeout.TotalSeconds:0} s" : e.Message;

    private static (X509Certificate2 Authority, X509Certificate2? Own) Load(RemoteContext context)
    {
        try
        {
            var own = context.Certificate is null ? null : X509Certificate2.CreateFromPem(context.Certificate, context.Key);
            return (X509Certificate2.CreateFromPem(context.Ca), own);
        }
        catch (CryptographicException e)
        {
            throw new CommandException($"the certificates of context \"{context.Name}\" cannot be read: {e.Message}");
        }
    }

    private static (X509Certificate2 Authority, X509Certificate2? Own) Load(TlsFiles tls, ManagerAddress address)
    {
        try
        {
            return (X509CertificateLoader.LoadCertificateFromFile(tls.Ca),
                X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandException($"cannot read the certificates for {address}: {e.Message}\n" +
                "  A machine that joined has them under its --data-root; elsewhere set ORCH_TLS_CA, ORCH_TLS_CERT and ORCH_TLS_KEY.");
        }
    }

    /// <summary>
    /// Only a manager with a certificate of the cluster's CA counts (a worker's is genuine too, and must not hear a
    /// token), and not the name: managers are reached by whatever address a user has.
    /// </summary>
    private static SslClientAuthenticationOptions Options(string host, X509Certificate2 authority, X509Certificate2? own)
    {
        var trust = ClusterTrust.FromRoot(authority, TimeProvider.System)
            ?? throw new CommandException("the CA certificate is not that of an orch cluster");
        return new()
        {
            TargetHost = host,
            CertificateChainPolicy = NoDownloads.Policy(),
            ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(own, [authority], offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is X509Certificate2 leaf && ClientTls.IsManager(trust, leaf, out _),
        };
    }
}
