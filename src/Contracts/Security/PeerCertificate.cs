using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orch.Contracts.Security;

/// <summary>Reads and writes the identity inside a certificate. Says nothing about who signed it.</summary>
public static class PeerCertificate
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string Organization = "2.5.4.10";
    private const string OrganizationalUnit = "2.5.4.11";
    private const string CommonName = "2.5.4.3";

    // The members of GeneralName that we use (RFC 5280, 4.2.1.6).
    private static readonly Asn1Tag _dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag _address = new(TagClass.ContextSpecific, 7);
    private static readonly Asn1Tag _uri = new(TagClass.ContextSpecific, 6);

    public static X500DistinguishedName Subject(PeerIdentity identity)
    {
        var name = new X500DistinguishedNameBuilder();
        // The builder encodes the last first: organization, unit, name is what is conventional on the wire.
        name.AddCommonName(identity.Name);
        name.AddOrganizationalUnitName(identity.Role.Unit());
        name.AddOrganizationName(identity.Cluster.ToString());
        return name.Build();
    }

    /// <summary>
    /// Subject alternative names. Written by hand because <see cref="System.Uri"/> normalises, and an id of digits only
    /// must not become an IPv4 address on the way.
    /// </summary>
    public static X509Extension Names(IEnumerable<string> uris, IEnumerable<string> hosts)
    {
        var names = new AsnWriter(AsnEncodingRules.DER);
        using (names.PushSequence())
        {
            foreach (var uri in uris) names.WriteCharacterString(UniversalTagNumber.IA5String, uri, _uri);
            foreach (var host in hosts)
            {
                if (IPAddress.TryParse(host, out var address))
                    names.WriteOctetString(address.GetAddressBytes(), _address);
                else
                    names.WriteCharacterString(UniversalTagNumber.IA5String, host, _dns);
            }
        }

        return new X509Extension(SubjectAlternativeName, names.Encode(), critical: false);
    }

    /// <summary>
    /// The identity, when subject and URI tell the same story and there is exactly one of each; otherwise null. Two
    /// names in one certificate would let two checks see two different peers.
    /// </summary>
    public static PeerIdentity? Identify(X509Certificate2 certificate)
    {
        try
        {
            var extensions = certificate.Extensions.Where(e => e.Oid?.Value == SubjectAlternativeName).ToList();
            if (extensions is not [var names]) return null;
            if (Uris(names.RawData) is not [var uri]) return null;
            if (PeerIdentity.Parse(uri) is not { } identity) return null;
            return HasSubject(certificate, identity) ? identity : null;
        }
        catch (Exception error) when (error is AsnContentException or CryptographicException)
        {
            return null;
        }
    }

    private static List<string> Uris(byte[] extension)
    {
        var uris = new List<string>();
        var reader = new AsnReader(extension, AsnEncodingRules.DER);
        var names = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        while (names.HasData)
        {
            if (names.PeekTag().HasSameClassAndValue(_uri))
                uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, _uri));
            else
                names.ReadEncodedValue();
        }

        return uris;
    }

    private static bool HasSubject(X509Certificate2 certificate, PeerIdentity identity)
    {
        var found = certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false)
            .Select(part => (part.GetSingleElementType().Value, part.GetSingleElementValue())).Order();
        (string?, string?)[] wanted =
        [
            (Organization, identity.Cluster.ToString()),
            (OrganizationalUnit, identity.Role.Unit()),
            (CommonName, identity.Name),
        ];
        return found.SequenceEqual(wanted.Order());
    }
}
