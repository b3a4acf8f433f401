using Microsoft.Extensions.Logging;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;
using Orch.Manager.Security;

namespace Orch.Manager.Hosting;

/// <summary>
/// Shows the certificate that this machine's agent renewed. The file is compared now and then: a renewed one is used
/// for weeks before the old one ends, so nothing depends on noticing it at once.
/// </summary>
internal sealed class CertificateReload(
    ServerCertificate shown, NodeCredentials own, MachinePaths paths, ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);
    private DateTime _notAfter = own.Certificate.NotAfter;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stopping))
            Look();
    }

    public void Look()
    {
        try
        {
            var found = NodeCredentials.Load(paths, clock).Certificate;
            if (found.NotAfter == _notAfter)
            {
                found.Dispose();
                return;
            }
            shown.Replace(found);
            own.Replace(found);
            _notAfter = found.NotAfter;
            logger.LogInformation("showing the certificate that is valid until {NotAfter:u}", _notAfter.ToUniversalTime());
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(e, "this machine's certificate cannot be read; the old one stays");
        }
    }
}
