using System.Text;

namespace Orch.Manager.Store;

/// <summary>Bounds on what a candidate writes about itself, the same in every provider.</summary>
internal static class LeaderRules
{
    public static void Check(LeaderInfo candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        CheckText(candidate.Id, "id");
        CheckText(candidate.Address, "address");
    }

    private static void CheckText(string text, string what)
    {
        if (string.IsNullOrEmpty(text) || Encoding.UTF8.GetByteCount(text) > LogLimits.MaxLeaderTextBytes)
            throw new ArgumentException(
                $"A leader's {what} must have 1 to {LogLimits.MaxLeaderTextBytes} bytes, not '{text}'.");
    }
}
