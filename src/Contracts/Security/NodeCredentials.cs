using System.Security.Cryptography.X509Certificates;
using Orch.Contracts.Machine;

namespace Orch.Contracts.Security;

/// <summary>
/// A node's certificate with its key, and the root it trusts. The certificate can be replaced while connections use the
/// old one; certificates given here are never disposed, as a live connection may still hold them.
/// </summary>
public sealed class NodeCredentials(X509Certificate2 certificate, ClusterTrust trust)
{
    private X509Certificate2 _certificate = certificate;

    public X509Certificate2 Certificate => Volatile.Read(ref _certificate);

    public ClusterTrust Trust => trust;

    public PeerIdentity Identity => PeerCertificate.Identify(Certificate)
        ?? throw new InvalidDataException("the node's certificate names no node");

    /// <summary>New connections use the new certificate from now on.</summary>
    public void Replace(X509Certificate2 certificate) => Volatile.Write(ref _certificate, certificate);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A file is missing or is not what it should be.</exception>
    public static NodeCredentials Load(MachinePaths paths, TimeProvider clock)
    {
        try
        {
            var root = X509Certificate2.CreateFromPem(File.ReadAllText(paths.CaCertificate));
            var trust = ClusterTrust.FromRoot(root, clock)
                ?? throw new InvalidDataException($"{paths.CaCertificate} names no cluster");
            return new NodeCredentials(
                X509Certificate2.CreateFromPemFile(paths.NodeCertificate, paths.NodeKey), trust);
        }
        catch (Exception error) when (error is System.Security.Cryptography.CryptographicException
            or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException(
                $"the node's keys in {paths.TlsDir} cannot be used: {error.Message} Join the cluster again.", error);
        }
    }

    /// <summary>
    /// Writes key, root and certificate, each durably and for the owner alone. The key comes first: a crash in between
    /// leaves a machine that has not joined, never a certificate whose key is lost.
    /// </summary>
    public static void Save(MachinePaths paths, string keyPem, string certificatePem, string rootPem)
    {
        Directory.CreateDirectory(
            paths.TlsDir, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DurableFile.Write(paths.NodeKey, System.Text.Encoding.ASCII.GetBytes(keyPem));
        DurableFile.Write(paths.CaCertificate, System.Text.Encoding.ASCII.GetBytes(rootPem));
        DurableFile.Write(paths.NodeCertificate, System.Text.Encoding.ASCII.GetBytes(certificatePem));
    }
}
