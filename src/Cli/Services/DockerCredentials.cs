using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Cli.Services;

/// <summary>
/// What <c>docker login</c> keeps in the user's config.json, for <c>--with-registry-auth</c>. Credentials in a helper's
/// store are not reached; <c>orch registry login</c> keeps one in the cluster instead.
/// </summary>
internal static class DockerCredentials
{
    private const string HubKey = "https://index.docker.io/v1/";

    /// <summary>What to send as X-Registry-Auth for an image, or null when it was not asked for or none is kept.</summary>
    public static string? For(Invocation call, string image)
    {
        if (!call.Flags.On("with-registry-auth"))
            return null;
        var registry = ImageName.RegistryOf(image);
        var folder = call.Terminal.Env("DOCKER_CONFIG") is { Length: > 0 } set ? set
            : System.IO.Path.Combine(call.Terminal.Env("HOME") ?? "/root", ".docker");
        if (Find(System.IO.Path.Combine(folder, "config.json"), registry) is { } login)
            return Encode(login);
        call.Err.WriteLine($"--with-registry-auth: no credential for {registry} is kept in {folder}; log in with docker login, " +
            $"or once for the whole cluster: orch registry login {registry}");
        return null;
    }

    public static string Encode(RegistryLogin login)
    {
        var text = Base64Url.EncodeToString(ApiJson.Write(login, ApiJson.Default.RegistryLogin));
        return text.PadRight((text.Length + 3) / 4 * 4, '=');
    }

    private static RegistryLogin? Find(string file, string registry)
    {
        if (!File.Exists(file))
            return null;
        try
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!config.RootElement.TryGetProperty("auths", out var auths))
                return null;
            foreach (var key in (string[])[registry, $"https://{registry}", registry == ImageName.DefaultRegistry ? HubKey : registry])
            {
                if (auths.TryGetProperty(key, out var entry))
                    return Read(entry, key);
            }
            return null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new CommandException($"{file} cannot be read: {e.Message}");
        }
    }

    private static RegistryLogin? Read(JsonElement entry, string server)
    {
        if (entry.TryGetProperty("identitytoken", out var token) && token.GetString() is { Length: > 0 } identity)
            return new() { IdentityToken = identity, ServerAddress = server };
        if (!entry.TryGetProperty("auth", out var auth) || auth.GetString() is not { Length: > 0 } packed)
            return null;
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(packed));
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : new() { Username = pair[..colon], Password = pair[(colon + 1)..], ServerAddress = server };
    }
}
