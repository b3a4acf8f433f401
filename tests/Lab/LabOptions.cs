namespace Orch.Testing;

/// <summary>What a lab consists of. The defaults are three machines, each with a running engine that knows
/// the test images.</summary>
public sealed record LabOptions
{
    /// <summary>Machines that are booted, n1 to nN; one to ten.</summary>
    public int Machines { get; init => field = Counted(value); } = 3;

    /// <summary>Whether booting a machine also starts its engine.</summary>
    public bool Engine { get; init; } = true;

    /// <summary>Further arguments of dockerd, for example <c>--live-restore</c>.</summary>
    public IReadOnlyList<string> EngineArgs { get; init; } = [];

    /// <summary>Whose engine each machine runs: <see cref="EngineRoot.Host"/>'s or that of another Debian release, "trixie" or
    /// "sid", together with that release's programs and libraries. The last one stands for the machines beyond.</summary>
    public IReadOnlyList<string> Engines { get; init; } = EngineRoot.Asked;

    /// <summary>Whether the test images are loaded into a new engine.</summary>
    public bool Images { get; init; } = true;

    /// <summary>First part of the lab's name; tells labs of one host apart for a human.</summary>
    public string Label { get; init => field = Checked(value); } = "test";

    /// <summary>First three numbers of the IPv4 addresses. Labs share nothing, so all may use the same.</summary>
    public string Network { get; init; } = "10.98.0";

    /// <summary>Paths of the host that must be visible inside though they lie on other file systems.</summary>
    public IReadOnlyList<string> VisiblePaths { get; init; } = [];

    internal const int MaxMachines = 10;

    internal string EngineOf(int index) => Engines is [] ? EngineRoot.Host : Engines[Math.Min(index, Engines.Count) - 1];

    private static int Counted(int machines) => machines is >= 1 and <= MaxMachines
        ? machines
        : throw new ArgumentOutOfRangeException(nameof(machines), machines, $"A lab has 1 to {MaxMachines} machines.");

    private static string Checked(string label) =>
        label.Length is > 0 and <= 20 && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? label
            : throw new ArgumentException($"'{label}' is no label: up to 20 of a-z, 0-9 and '-'.", nameof(label));
}
