using Orch.Agent.Session;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;

namespace Orch.Agent;

/// <summary>
/// Renews the node's certificate when it is due, for as long as the agent runs. A manager that cannot be reached or
/// refuses is asked again every so often: there are weeks left when the first try is made.
/// </summary>
internal sealed class RenewalLoop(
    NodeCredentials credentials, MachinePaths paths, ManagerDirectory managers, AgentLog log, TimeProvider clock, double roll)
{
    /// <summary>Looked at this often at least: a machine that slept for a month must not wait another.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(6);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken stopping)
    {
        var renewal = new CertificateRenewal(credentials, paths);
        while (true)
        {
            await Task.Delay(WaitFor(), clock, stopping);
            if (WaitFor() > TimeSpan.Zero)
                continue;
            var manager = managers.Current;
            var trouble = manager is null ? "no manager is known" : await renewal.RenewAsync(manager, stopping);
            if (trouble is null)
            {
                log.Info($"certificate renewed until {credentials.Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
                continue;
            }
            log.Warn($"certificate not renewed by {manager}: {trouble}; it ends {credentials.Certificate.NotAfter.ToUniversalTime():u}");
            await Task.Delay(RetryAfter, clock, stopping);
        }
    }

    /// <summary>Zero when it is due.</summary>
    public TimeSpan WaitFor()
    {
        var wait = CertificateRenewal.DueAt(credentials.Certificate, roll) - clock.GetUtcNow();
        return wait > LongestWait ? LongestWait : wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
