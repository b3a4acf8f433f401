using System.Net;
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
    ClusterStore store, ClusterCa ca, Store.IRecordCipher cipher, NodeId self, bool alone) : IDisposable
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
        var isManager = identity.Role == PeerRole.Manager;
        if (isManager && alone)
            return new Admission.Refused(
                "this cluster keeps its state in SQLite on one manager and cannot take another; "
                + "join as a worker instead: `orch token worker` on the manager prints the command");
        var reached = isManager ? ManagerAddress(request) : null;
        if (isManager && reached is null)
            return new Admission.Refused("a manager must say where the others reach it: --advertise-addr and --listen with a port");
        var decision = await store.ExecuteAsync(
            new JoinNode(identity.Node, isManager ? NodeRole.Manager : NodeRole.Worker, request.Hostname, request.AdvertiseAddr ?? "", reached),
            cancellation);
        return decision.Refusal is { } refusal
            ? new Admission.Refused(refusal.Message)
            : new Admission.Admitted(ManagerAddresses.Of(store.Current, self, []));
    }

    private static string? ManagerAddress(JoinRequest request) =>
        IPAddress.TryParse(request.AdvertiseAddr, out var host) && IPEndPoint.TryParse(request.Listen, out var listen) && listen.Port > 0
            ? new IPEndPoint(host, listen.Port).ToString() : null;
}
