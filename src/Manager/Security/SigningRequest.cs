using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orch.Manager.Security;

/// <summary>
/// Takes the public key out of a signing request and leaves the rest. The request's own signature is verified, which
/// proves that the applicant holds the private key.
/// </summary>
internal static class SigningRequest
{
    private const int MaxLength = 8 * 1024;
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Null with a reason for everything that is not a correctly signed request for a P-256 key.</summary>
    public static PublicKey? ReadKey(string pem, out string? error)
    {
        error = null;
        if (pem.Length > MaxLength)
        {
            error = $"the signing request has {pem.Length} characters, and at most {MaxLength} are accepted";
            return null;
        }

        try
        {
            var request = CertificateRequest.LoadSigningRequestPem(
                pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default);
            using var key = request.PublicKey.GetECDsaPublicKey();
            if (key?.ExportParameters(false).Curve.Oid?.Value == P256) return request.PublicKey;
            error = "the signing request must be for an ECDSA key on the curve P-256";
        }
        catch (Exception odd) when (odd is CryptographicException or ArgumentException or NotSupportedException)
        {
            error = $"the signing request cannot be used: {odd.Message}";
        }

        return null;
    }
}
