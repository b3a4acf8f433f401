using System.Security.Cryptography.X509Certificates;
using Orch.Contracts.Api;
using Orch.Contracts.Security;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Manager.Api;
using Orch.Manager.Leadership;
using Orch.Manager.Logs;
using Orch.Manager.Security;
using Orch.Manager.Sessions;
using Orch.Manager.Writing;

namespace Orch.Manager.Hosting;

/// <summary>Gives the control API what it needs from this manager.</summary>
internal static class ApiComposition
{
    public static ApiServices Services(ManagerApp.Parts parts) => new()
    {
        View = () => parts.Store.Current,
        Execute = parts.Store.ExecuteAsync,
        Watch = parts.Store.WatchAsync,
        Self = parts.Role.Self,
        Leader = () => parts.Role.Self,
        Port = parts.Options.Listen.Port,
        StartedAt = parts.Role.StartedAt,
        Tokens = () => new JoinTokensView(parts.Admission.WorkerToken, parts.Admission.ManagerToken),
        RotateTokens = (rotation, cancellation) => RotateAsync(parts, rotation, cancellation),
        Tls = () => TlsInfo(parts.Ca.Root),
        Store = () => parts.Role.Gauge.View($"{parts.Store.Epoch}", parts.Store.Current.Revision),
        Engine = parts.Role.Engine,
        Managers = parts.Followers.Seen,
        Unhealthy = () => parts.Store.Over,
        Logs = parts.Logs,
        Ask = parts.Hub.AskAsync,
        Events = parts.Events,
        Clock = parts.Clock,
    };

    private static async Task<Refusal?> RotateAsync(
        ManagerApp.Parts parts, TokenRotation rotation, CancellationToken cancellation)
    {
        if (rotation.Worker)
            await parts.Admission.RotateAsync(PeerRole.Worker, cancellation);
        if (rotation.Manager)
            await parts.Admission.RotateAsync(PeerRole.Manager, cancellation);
        return null;
    }

    /// <summary>What a standby shows by itself, as far as it has read the log.</summary>
    public static ApiServices Standby(RoleParts parts, Replica replica, LeaderSight sight) => new()
    {
        View = () => replica.Current,
        Execute = (_, _) => Task.FromException<Decision>(new NotLeaderException("this manager does not lead; nothing was done")),
        Watch = replica.WatchAsync,
        Self = parts.Self,
        Leader = () => sight.Leader?.Node ?? default,
        Port = parts.Options.Listen.Port,
        StartedAt = parts.StartedAt,
        Tokens = () => TokensOf(parts, replica),
        RotateTokens = (_, _) => Task.FromException<Refusal?>(new NotLeaderException("this manager does not lead; nothing was done")),
        Tls = () => TlsInfo(parts.Credentials.Trust.Root),
        Store = () => parts.Gauge.View($"{sight.View?.Epoch ?? default}", replica.Current.Revision),
        Engine = parts.Engine,
        Unhealthy = () => replica.Trouble ?? sight.Trouble
            ?? (replica.Ready.IsCompleted ? null : "the log is being read"),
        Logs = new NoLogs(),
        Ask = (_, _, _, _) => Task.FromResult(AskResult.No("agents talk to the leader")),
        Events = new EventHistory(1),
        Clock = parts.Clock,
    };

    private static JoinTokensView TokensOf(RoleParts parts, Replica replica)
    {
        var join = ClusterSecrets.Open(replica.Current.Cluster!.SecretsSealed!, parts.Cipher).Join;
        var root = parts.Credentials.Trust.Root;
        return new(join.TokenOf(PeerRole.Worker, root).Format(), join.TokenOf(PeerRole.Manager, root).Format());
    }

    private static TlsInfoView TlsInfo(X509Certificate2 root) => new()
    {
        TrustRoot = root.ExportCertificatePem() + "\n",
        CertIssuerSubject = Convert.ToBase64String(root.SubjectName.RawData),
        CertIssuerPublicKey = Convert.ToBase64String(root.PublicKey.ExportSubjectPublicKeyInfo()),
    };

    private sealed class NoLogs : INodeLogs
    {
        public Task<(INodeLogStream? Stream, string? Problem)> OpenAsync(NodeId node, CancellationToken cancellation) =>
            Task.FromResult<(INodeLogStream?, string?)>((null, "its agent talks to the leader"));
    }
}
