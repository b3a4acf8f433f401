using Orch.Core.Model;

namespace Orch.Agent.Engine;

/// <summary>Who knows the way into private registries. A border: the manager in the product, a list in tests.</summary>
internal interface IPullCredentials
{
    /// <summary>What to send as X-Registry-Auth, in the order to try; empty when nobody knows any. Never throws for that.</summary>
    Task<IReadOnlyList<string>> ForAsync(ServiceId service, string image, CancellationToken stopping);
}
