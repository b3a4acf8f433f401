using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Commands;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/orch/v1/pools: what subnets of networks are cut from. It grows, and never shrinks.</summary>
internal static class PoolEndpoints
{
    public static Task ListAsync(HttpContext http, ApiServices api)
    {
        var state = api.View();
        if (state.Cluster?.Settings is not { } settings)
            return Answer.RefuseAsync(http, SwarmEndpoints.NoCluster);
        return Answer.ListAsync(http, settings.AddressPools.Select(block =>
        {
            var (all, free) = PoolUse.Of(state, settings, block);
            return new PoolView(block.ToString(), settings.SubnetLength, all, free);
        }), ApiJson.Default.PoolView);
    }

    public static async Task AddAsync(HttpContext http, ApiServices api)
    {
        var (asked, problem) = await RequestBody.ReadAsync(http, ApiJson.Default.PoolsToAdd);
        if (asked is null)
        {
            await Answer.RefuseAsync(http, problem!);
            return;
        }
        var decision = await api.Execute(new AddAddressPools(asked.Pools ?? []), http.RequestAborted);
        await (decision.Refusal is { } refusal ? Answer.RefuseAsync(http, refusal) : Answer.Nothing(http));
    }
}
