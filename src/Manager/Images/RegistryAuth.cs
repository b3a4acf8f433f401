using System.Buffers.Text;
using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Images;

/// <summary>Credentials in the form in which Docker's clients and engines hand them on (docker-api §7.2).</summary>
internal static class RegistryAuth
{
    public const string Header = "X-Registry-Auth";
    private const string Nothing = "e30=";

    /// <summary>What the client sent; null when it sent none, or Docker's word for none.</summary>
    public static string? Of(HttpRequest request) =>
        request.Headers[Header].ToString() is { Length: > 0 } auth and not Nothing ? auth : null;

    public static string Encode(RegistryLogin login)
    {
        var text = Base64Url.EncodeToString(ApiJson.Write(login, ApiJson.Default.RegistryLogin));
        return text.PadRight((text.Length + 3) / 4 * 4, '=');
    }

    /// <summary>What to try for an image, in this order: what its service was deployed with, then the cluster's login.</summary>
    public static IEnumerable<string> Candidates(ClusterState state, ServiceId service, string image)
    {
        if (state.RegistryAuths.TryGet(service, out var deployed))
            yield return deployed;
        if (state.Registries.TryGet(ImageName.RegistryOf(image), out var login))
            yield return login.Auth;
    }
}
