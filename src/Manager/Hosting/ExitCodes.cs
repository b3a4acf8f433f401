using System.Text.Json;
using Orch.Contracts.Machine;
using Orch.Core.State;
using Orch.Manager.Store;

namespace Orch.Manager.Hosting;

/// <summary>What the process's exit code tells whoever supervises it; 0 is a wanted stop.</summary>
internal static class ExitCodes
{
    /// <summary>Something failed: starting again is right.</summary>
    public const int Failed = 1;

    /// <summary>
    /// Data is damaged or its keys are missing: starting again changes nothing, a person has to decide.
    /// </summary>
    public const int NeedsPerson = DaemonExit.NeedsAPerson;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 125;

    public static int For(Exception error) =>
        error is LogCorruptException or InvalidDataException or FoldException or JsonException ? NeedsPerson : Failed;
}
