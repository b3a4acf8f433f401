using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orch.Core.Model;

namespace Orch.Contracts.Security;

/// <summary>The cluster's self-signed root. Its organization is the cluster's id, so that the root says whose it is.</summary>
public static class RootCertificate
{
    public const string CommonName = "orch-ca";
    private const string Organization = "2.5.4.10";

    public static X500DistinguishedName Subject(ClusterId cluster)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(CommonName);
        name.AddOrganizationName(cluster.ToString());
        return name.Build();
    }

    /// <summary>Null when the certificate names no cluster.</summary>
    public static ClusterId? ClusterOf(X509Certificate2 root)
    {
        try
        {
            var names = root.SubjectName.EnumerateRelativeDistinguishedNames()
                .Where(part => part.GetSingleElementType().Value == Organization)
                .Select(part => part.GetSingleElementValue()).ToList();
            return names is [var name] && Ids.TryParse<ClusterId>(name, out var cluster) ? cluster : null;
        }
        catch (Exception error) when (error is CryptographicException or InvalidOperationException)
        {
            return null;
        }
    }
}
