using Orch.Contracts.Security;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Manager.Security;
using Orch.Manager.Sessions;
using Orch.Manager.Writing;

namespace Orch.Manager.Hosting;

/// <summary>Tokens and admissions: what the join desk and the swarm routes need from the state.</summary>
public sealed class ManagerAdmission(
    ClusterStore store, ClusterCa ca, Store.IRecordCipher cipher, NodeId self) : IDisposable
{
    private readonly SemaphoreSlim _rotating = new(1);

    private ClusterSecrets Secrets => ClusterSecrets.Open(store.Current.Cluster!.SecretsSealed!, cipher);

    public JoinSecrets Join => Secrets.Join;

    public string WorkerToken => Join.TokenOf(PeerRole.Worker, ca.Root).Format();

    public void Dispose() => _rotating.Dispose();

    public string ManagerToken => Join.TokenOf(PeerRole.Manager, ca.Root).Format();

    /// <summary>Old tokens of that role are refused once this returned; nodes that joined stay.</summary>
    public async Task RotateAsync(PeerRole role, CancellationToken cancellation)
    {
        // Read, change and write in turn: of two at once the later one would bring the other's old token back.
        await _rotating.WaitAsync(cancellation);
        try
        {
            var secrets = Secrets;
            var renewed = secrets.With(secrets.Join.Rotate(role));
            await store.ExecuteAsync(new SetClusterSecrets(renewed.Seal(cipher)), CancellationToken.None);
        }
        finally
        {
            _rotating.Release();
        }
    }

    /// <summary>Records a machine whose token was good. A second manager needs a store that several can share.</summary>
    public async Task<Admission> AdmitAsync(PeerIdentity identity, JoinRequest request, CancellationToken cancellation)
    {
        if (identity.Role == PeerRole.Manager)
            return new Admission.Refused(
                "this cluster keeps its state in SQLite on one manager and cannot take another; "
                + "join as a worker instead: `orch token worker` on the manager prints the command");
        var decision = await store.ExecuteAsync(
            new JoinNode(identity.Node, NodeRole.Worker, request.Hostname, request.AdvertiseAddr ?? ""), cancellation);
        return decision.Refusal is { } refusal
            ? new Admission.Refused(refusal.Message)
            : new Admission.Admitted(ManagerAddresses.Of(store.Current, self, []));
    }
}
