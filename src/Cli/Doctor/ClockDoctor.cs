using System.Globalization;

namespace Orch.Cli.Doctor;

/// <summary>What is known of the machine's clock. NotBefore and NotAfter: of this node's certificate, where it has one.</summary>
internal sealed record ClockFacts(DateTimeOffset Now, DateTimeOffset Built, bool IsKept)
{
    public DateTimeOffset? NotBefore { get; init; }
    public DateTimeOffset? NotAfter { get; init; }
}

/// <summary>Whether the clock can be right: certificates and logs lean on it.</summary>
internal static class ClockDoctor
{
    private const string Advice = "set it right and keep it so: timedatectl set-ntp true, or install chrony";

    public static Finding Look(ClockFacts clock)
    {
        var now = clock.Now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        if (clock.Now < clock.Built)
            return Finding.Problem("clock", $"it says {now}, which is before this program was built", Advice);
        if (clock.Now < clock.NotBefore)
            return Finding.Problem("clock", $"it says {now}, which is before this machine joined its cluster", Advice);
        if (clock.Now > clock.NotAfter)
            return Finding.Problem("clock", $"it says {now}, and this machine's certificate ended before",
                "if the clock is right, the certificate was not renewed in time: orch leave --force, and join again");
        return clock.IsKept ? Finding.Ok("clock", $"{now}, kept right")
            : Finding.Warning("clock", $"{now}, but nothing keeps it right (NTP)", Advice);
    }
}
