using Orch.Contracts.Api;
using Orch.Contracts.Security;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Manager.Api;
using Orch.Manager.Images;

namespace Orch.Manager.Hosting;

/// <summary>Gives the control API what it needs from this manager.</summary>
internal static class ApiComposition
{
    public static ApiServices Services(ManagerApp.Parts parts) => new()
    {
        View = () => parts.Store.Current,
        Execute = parts.Store.ExecuteAsync,
        Watch = parts.Store.WatchAsync,
        Self = parts.Machine.NodeId,
        Leader = () => parts.Machine.NodeId,
        Port = parts.Options.Listen.Port,
        StartedAt = parts.Store.Now,
        Tokens = () => new JoinTokensView(parts.Admission.WorkerToken, parts.Admission.ManagerToken),
        RotateTokens = (rotation, cancellation) => RotateAsync(parts, rotation, cancellation),
        Tls = () => TlsInfo(parts),
        Store = () => parts.Gauge.View(parts.Store.Epoch.ToString(), parts.Store.Current.Revision),
        Engine = new LocalEngine(parts.Machine.Engine, parts.Clock),
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

    private static TlsInfoView TlsInfo(ManagerApp.Parts parts) => new()
    {
        TrustRoot = parts.Ca.RootPem + "\n",
        CertIssuerSubject = Convert.ToBase64String(parts.Ca.Root.SubjectName.RawData),
        CertIssuerPublicKey = Convert.ToBase64String(parts.Ca.Root.PublicKey.ExportSubjectPublicKeyInfo()),
    };
}
