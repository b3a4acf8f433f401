using Microsoft.Extensions.Logging.Abstractions;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Core.Model;
using Orch.Manager.Hosting;
using Orch.Manager.Security;

namespace Orch.Tests.Manager.Security;

public sealed class RenewalTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orch-test-");
    private readonly TestClock _clock = new();
    private readonly TestCluster _cluster;

    public RenewalTests() => _cluster = new TestCluster(_clock);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_node_renews_its_certificate_and_stays_who_it_is()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        var (paths, credentials) = NewNode();
        var before = credentials.Certificate;
        _clock.Offset = TimeSpan.FromDays(60);
        Assert.Null(await new CertificateRenewal(credentials, paths).RenewAsync($"127.0.0.1:{manager.Port}", default));

        var after = NodeCredentials.Load(paths, _clock);
        Assert.Equal(credentials.Certificate.Thumbprint, after.Certificate.Thumbprint);
        Assert.Equal(PeerCertificate.Identify(before), after.Identity);
        Assert.True(after.Certificate.NotAfter > before.NotAfter.AddDays(59));
        Assert.True(after.Certificate.HasPrivateKey);
    }

    [Fact]
    public async Task A_manager_shows_what_was_renewed_and_keeps_what_it_has_when_the_file_is_gone()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        var (paths, credentials) = NewNode();
        var before = credentials.Certificate;
        var shown = new ServerCertificate(before);
        var reload = new CertificateReload(shown, NodeCredentials.Load(paths, _clock), paths, NullLogger.Instance, _clock);
        reload.Look();
        Assert.Equal(before.Thumbprint, shown.Context.TargetCertificate.Thumbprint);

        _clock.Offset = TimeSpan.FromDays(60);
        Assert.Null(await new CertificateRenewal(credentials, paths).RenewAsync($"127.0.0.1:{manager.Port}", default));
        reload.Look();
        Assert.Equal(credentials.Certificate.Thumbprint, shown.Context.TargetCertificate.Thumbprint);

        File.Delete(paths.NodeCertificate);
        reload.Look();
        Assert.Equal(credentials.Certificate.Thumbprint, shown.Context.TargetCertificate.Thumbprint);
    }

    [Fact]
    public async Task A_removed_node_cannot_renew_and_keeps_its_files()
    {
        await using var manager = await TestManager.StartAsync(_cluster);
        var (paths, credentials) = NewNode();
        manager.Removed.Add(credentials.Identity.Node);
        var error = await new CertificateRenewal(credentials, paths).RenewAsync($"127.0.0.1:{manager.Port}", default);
        Assert.Contains("was removed from the cluster", error, StringComparison.Ordinal);
        Assert.Equal(credentials.Certificate.Thumbprint, NodeCredentials.Load(paths, _clock).Certificate.Thumbprint);
    }

    [Fact]
    public void Renewals_are_spread_over_the_middle_of_a_certificates_life()
    {
        using var certificate = _cluster.Node(PeerRole.Worker);
        var from = certificate.NotBefore.ToUniversalTime();
        Assert.InRange((CertificateRenewal.DueAt(certificate, 0) - from).TotalDays, 44.9, 45.1);
        Assert.InRange((CertificateRenewal.DueAt(certificate, 1) - from).TotalDays, 71.9, 72.1);
    }

    private (MachinePaths Paths, NodeCredentials Credentials) NewNode()
    {
        var paths = new MachinePaths(_directory.FullName, _directory.FullName);
        using var certificate = _cluster.Node(PeerRole.Worker, 11);
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions
            .GetECDsaPrivateKey(certificate)!;
        NodeCredentials.Save(
            paths, key.ExportPkcs8PrivateKeyPem(), certificate.ExportCertificatePem(), _cluster.Ca.RootPem);
        return (paths, NodeCredentials.Load(paths, _clock));
    }
}
