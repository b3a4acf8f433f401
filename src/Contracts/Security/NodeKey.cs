using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orch.Contracts.Security;

/// <summary>
/// A node's private key (P-256), made on the node and never sent. Only the public half travels, in a signing request
/// whose subject is empty: the CA decides what the certificate says.
/// </summary>
public sealed class NodeKey : IDisposable
{
    private readonly ECDsa _key;

    private NodeKey(ECDsa key) => _key = key;

    public static NodeKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <exception cref="ArgumentException">The text is not a key.</exception>
    public static NodeKey FromPem(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return new NodeKey(key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    public string ExportPem() => _key.ExportPkcs8PrivateKeyPem();

    public string CreateSigningRequest() =>
        new CertificateRequest(new X500DistinguishedName(""), _key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    public bool Matches(X509Certificate2 certificate)
    {
        using var other = certificate.GetECDsaPublicKey();
        return other is not null
            && other.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(_key.ExportSubjectPublicKeyInfo());
    }

    public void Dispose() => _key.Dispose();
}
