using System.Net;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Security;
using Orch.Manager.Store;
using Orch.Manager.Writing;

namespace Orch.Manager.Hosting;

/// <summary>
/// Creates the cluster in an empty log and makes this machine its first node. Each step looks at what is there already,
/// so a crash between two of them is mended by running it again.
/// </summary>
internal sealed class Founding(ClusterStore store, ManagerOptions options, NodeId self, IRecordCipher cipher, TimeProvider clock)
{
    public async Task<ClusterSecrets> RunAsync(CancellationToken cancellation)
    {
        if (store.Current.Cluster is null)
            await DoAsync(new CreateCluster(new ClusterId(NewIds.Next()), options.ClusterSettings, options.AdvertiseAddr), cancellation);
        if (store.Current.Cluster!.SecretsSealed is null)
            await CreateSecretsAsync(cancellation);
        var secrets = ClusterSecrets.Open(store.Current.Cluster!.SecretsSealed!, cipher);
        if (MachineConfig.Load(options.Paths.NodeFile) is null)
            await BecomeNodeAsync(secrets, cancellation);
        return secrets;
    }

    /// <summary>The manager that a founding which was interrupted had recorded already.</summary>
    public static NodeId? FounderOf(ClusterState state) =>
        state.Nodes.Values.FirstOrDefault(node => node.Spec.Role == NodeRole.Manager)?.Id;

    /// <summary>HOST:PORT where others reach the manager of a machine with this address.</summary>
    public static string AddressOf(string address, ManagerOptions options) =>
        IPAddress.TryParse(address, out var ip) ? new IPEndPoint(ip, options.Listen.Port).ToString()
        : $"{(address.Length > 0 ? address : IPAddress.Loopback.ToString())}:{options.Listen.Port}";

    private async Task CreateSecretsAsync(CancellationToken cancellation)
    {
        using var ca = ClusterCa.Create(store.Current.Cluster!.Id, clock);
        await DoAsync(new SetClusterSecrets(ClusterSecrets.Create(ca, JoinSecrets.Create()).Seal(cipher)), cancellation);
    }

    private async Task BecomeNodeAsync(ClusterSecrets secrets, CancellationToken cancellation)
    {
        var cluster = store.Current.Cluster!.Id;
        var address = options.AdvertiseAddr ?? IPAddress.Loopback.ToString();
        using var ca = ClusterCa.FromPem(secrets.RootPem, secrets.KeyPem, clock);
        using var key = Contracts.Security.NodeKey.Create();
        var identity = PeerIdentity.OfNode(cluster, self, PeerRole.Manager);
        if (ca.Issue(key.CreateSigningRequest(), identity, ["localhost", "127.0.0.1", address]) is not IssueResult.Issued issued)
            throw new InvalidOperationException("the cluster's CA refused its own manager");
        await DoAsync(new JoinNode(self, NodeRole.Manager, Dns.GetHostName(), address, AddressOf(address, options)), cancellation);
        NodeCredentials.Save(options.Paths, key.ExportPem(), issued.CertificatePem, ca.RootPem);
        new MachineConfig
        {
            NodeId = self,
            ClusterId = cluster,
            Role = NodeRole.Manager,
            Managers = [AddressOf(address, options)],
            AdvertiseAddr = address,
            DataPathAddr = options.DataPathAddr ?? "",
            Listen = options.Listen.ToString(),
            Engine = options.Engine,
        }.Save(options.Paths.NodeFile);
    }

    private async Task DoAsync(ClusterCommand command, CancellationToken cancellation)
    {
        var decision = await store.ExecuteAsync(command, cancellation);
        if (decision.Refusal is { } refusal)
            throw new InvalidOperationException($"the new cluster refused {command.GetType().Name}: {refusal.Message}");
    }
}
