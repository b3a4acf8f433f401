namespace Orch.Core.Model;

/// <summary>
/// A login at a registry, kept once for the whole cluster: machines that pull ask for it at that moment, so a new login
/// also helps services that were deployed long before. Sealed at rest like everything in the log; never shown again.
/// Host is as images name it (<c>registry.example:5000</c>, or docker.io); Auth is what the engine's X-Registry-Auth
/// header carries, base64url of Docker's JSON.
/// </summary>
public sealed record RegistryCredential(string Host, string Username, string Auth, Timestamp UpdatedAt);
