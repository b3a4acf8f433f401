using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orch.Contracts.Machine;

/// <summary>
/// A small authority for the calls between a cluster's Consul servers, apart from the cluster's own: a machine's certificate opens no
/// store. Both live as long as a cluster may, since nothing in Consul renews them; a new authority comes with a new store.
/// </summary>
internal static class ConsulCertificates
{
    private const int Years = 30;

    /// <summary>The name by which a server of this datacenter proves that it is one.</summary>
    private const string ServerName = $"server.{ConsulConfig.Datacenter}.consul";

    public static (string Certificate, string Key) CreateAuthority(TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=orch consul servers", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var from = clock.GetUtcNow().AddDays(-1);
        using var certificate = request.CreateSelfSigned(from, from.AddYears(Years));
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public static (string Certificate, string Key) Issue(string caPem, string caKeyPem)
    {
        using var authority = X509Certificate2.CreateFromPem(caPem, caKeyPem);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={ServerName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(ServerName);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));   // server and client
        var from = new DateTimeOffset(authority.NotBefore.ToUniversalTime());
        using var certificate = request.Create(authority, from, authority.NotAfter.ToUniversalTime(), RandomNumberGenerator.GetBytes(16));
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
