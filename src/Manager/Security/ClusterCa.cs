using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orch.Contracts.Security;
using Orch.Core.Model;

namespace Orch.Manager.Security;

/// <summary>
/// The cluster's certificate authority. A certificate says only what the caller of <see cref="Issue"/> decided; of the
/// applicant's request nothing but the public key is used. Dates reach back an hour, for clocks that differ.
/// </summary>
public sealed class ClusterCa : IDisposable
{
    private const int MaxHosts = 16;
    private static readonly TimeSpan _backdate = TimeSpan.FromHours(1);
    private readonly X509Certificate2 _root;
    private readonly TimeProvider _clock;

    private ClusterCa(X509Certificate2 root, ClusterId cluster, TimeProvider clock)
    {
        (_root, Cluster, _clock) = (root, cluster, clock);
        Trust = new ClusterTrust(root, cluster, clock);
    }

    public static TimeSpan NodeCertificateLifetime { get; } = TimeSpan.FromDays(90);

    public ClusterId Cluster { get; }

    public ClusterTrust Trust { get; }

    public X509Certificate2 Root => _root;

    public string RootPem => _root.ExportCertificatePem();

    public static ClusterCa Create(ClusterId cluster, TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(RootCertificate.Subject(cluster), key, HashAlgorithmName.SHA256);

        // One level below us stays possible, for the cross-signed root of a rotation.
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(1));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = clock.GetUtcNow();
        return new ClusterCa(request.CreateSelfSigned(now - _backdate, now.AddYears(20)), cluster, clock);
    }

    /// <exception cref="InvalidDataException">Certificate and key are not those of a cluster's CA.</exception>
    public static ClusterCa FromPem(string certificatePem, string keyPem, TimeProvider clock)
    {
        try
        {
            var root = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            return RootCertificate.ClusterOf(root) is { } cluster
                ? new ClusterCa(root, cluster, clock)
                : throw new InvalidDataException("the CA certificate names no cluster");
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"the CA's certificate and key cannot be used: {error.Message}", error);
        }
    }

    /// <summary>The private key, PKCS#8. It belongs into a file of mode 0600 or an envelope, nowhere else.</summary>
    public string ExportKeyPem()
    {
        using var key = _root.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>
    /// Issues a certificate for the key in a signing request, or says why the request is refused. The hosts are names and
    /// addresses of a manager, for clients that compare them; they must come from the manager, not from the applicant.
    /// </summary>
    public IssueResult Issue(string csrPem, PeerIdentity identity, IReadOnlyList<string>? hosts = null)
    {
        if (identity.Cluster != Cluster) throw new ArgumentException("the identity is of another cluster", nameof(identity));
        if (SigningRequest.ReadKey(csrPem, out var error) is not { } publicKey) return new IssueResult.Refused(error!);

        var request = new CertificateRequest(
            PeerCertificate.Subject(identity), publicKey, HashAlgorithmName.SHA256);
        AddExtensions(request, identity, hosts ?? []);
        var now = _clock.GetUtcNow();
        using var certificate = request.Create(
            _root,
            Latest(now - _backdate, _root.NotBefore),
            Earliest(now + NodeCertificateLifetime, _root.NotAfter),
            NewSerial());
        return new IssueResult.Issued(certificate.ExportCertificatePem());
    }

    public void Dispose() => _root.Dispose();

    private void AddExtensions(CertificateRequest request, PeerIdentity identity, IReadOnlyList<string> hosts)
    {
        OidCollection usages = [new("1.3.6.1.5.5.7.3.2")];
        if (identity.Role != PeerRole.Admin) usages.Add(new("1.3.6.1.5.5.7.3.1"));
        var shown = identity.Role == PeerRole.Manager ? hosts.Distinct().Take(MaxHosts) : [];

        var extensions = request.CertificateExtensions;
        extensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        extensions.Add(new X509EnhancedKeyUsageExtension(usages, critical: false));
        extensions.Add(PeerCertificate.Names([identity.Uri], shown));
        extensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root, true, false));
    }

    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        // A serial is a positive number without leading zeros.
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }

    private static DateTimeOffset Latest(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earliest(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
