using Microsoft.Extensions.Logging;
using Orch.Contracts.Machine;

namespace Orch.Manager.Store;

/// <summary>
/// Opens a log in a service that may start later than this manager, as after a power loss: while it does not answer it is asked again.
/// What only a person can mend is thrown, and a log on this machine's disk is opened once.
/// </summary>
internal static class PatientOpening
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);

    public static async Task<LogHead> OpenAsync(
        IEventLog log, StoreAddress address, ILogger logger, TimeProvider clock, CancellationToken stopping)
    {
        var said = "";
        while (true)
        {
            try
            {
                return await log.OpenAsync(stopping);
            }
            catch (LogException error) when (address.Kind != StoreKind.Sqlite && error.GetType() == typeof(LogException))
            {
                if (error.Message != said)
                    logger.LogWarning("the store does not answer yet, asking again: {Reason}", error.Message);
                said = error.Message;
            }
            await Task.Delay(AskAgain, clock, stopping);
        }
    }
}
