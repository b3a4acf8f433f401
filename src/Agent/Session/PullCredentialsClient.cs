using Orch.Agent.Engine;
using Orch.Contracts;
using Orch.Contracts.Agent;
using Orch.Contracts.Security;
using Orch.Core.Model;
using Orch.Grpc;
using Orch.Grpc.Client;

namespace Orch.Agent.Session;

/// <summary>
/// Asks the manager for registry credentials at the moment of a pull, on a connection of its own: pulls are rare, and
/// nothing is kept. Without a manager the pull is tried without.
/// </summary>
internal sealed class PullCredentialsClient(
    NodeCredentials credentials, ManagerDirectory managers, TimeProvider clock, AgentLog log) : IPullCredentials
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly GrpcMethod<PullCredentialsRequest, PullCredentials> Method = GrpcMethod.Create(
        SessionProtocol.Service, SessionProtocol.PullCredentialsMethod,
        PullCredentialsRequest.Parser, PullCredentials.Parser);

    public async Task<IReadOnlyList<string>> ForAsync(ServiceId service, string image, CancellationToken stopping)
    {
        if (managers.Current is not { } manager || !Uri.TryCreate($"https://{manager}", UriKind.Absolute, out var address))
            return [];
        using var invoker = new HttpMessageInvoker(GrpcHandler.Create(ClientTls.ToManager(credentials)));
        try
        {
            var channel = new GrpcChannel(invoker, address, new() { Clock = clock });
            var request = new PullCredentialsRequest { ServiceId = service.ToString(), Image = image };
            var answer = await channel.UnaryAsync(Method, request, new() { Timeout = Limit }, stopping);
            return answer.Auths;
        }
        catch (GrpcException e)
        {
            log.Warn($"no registry credentials from manager {manager} for {image}: {e.Message}");
            return [];
        }
    }
}
