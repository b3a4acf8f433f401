using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orch.Grpc.Client;
using Orch.Grpc.Server;
using static Orch.Tests.Grpc.TestMethods;

namespace Orch.Tests.Grpc;

public sealed class TlsTests
{
    [Fact]
    public async Task A_handler_sees_the_client_certificate_over_tls()
    {
        using var serverCertificate = SelfSigned("server");
        using var clientCertificate = SelfSigned("agent-7");
        var method = Method("Who");
        await using var server = await EchoServer.StartAsync(certificate: serverCertificate, map: (app, _) =>
            app.MapGrpc(method, async (_, call) =>
                Utf8((await call.Http.Connection.GetClientCertificateAsync())!.Subject)));
        var tls = new SslClientAuthenticationOptions
        {
            ClientCertificates = [clientCertificate],
            RemoteCertificateValidationCallback = (_, seen, _, _) =>
                seen!.GetCertHashString() == serverCertificate.GetCertHashString(),
        };
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create(tls));
        Assert.Equal("https", server.Address.Scheme);
        Assert.Equal("CN=agent-7", Text(await server.Connect(invoker).UnaryAsync(method, [])));

        await using var call = await server.Connect(invoker).OpenDuplexAsync(Chat);
        await call.WriteAsync([3]);
        Assert.True(await call.Responses.MoveNextAsync());
    }

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }
}
