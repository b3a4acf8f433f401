namespace Orch.Contracts.Api;

/// <summary>The answer of <c>/orch/v1/networks/check</c>. OK: no network of it has a problem.</summary>
public sealed record NetworkChecksView
{
    public bool OK { get; set; }
    public IReadOnlyList<NetworkCheckView> Networks { get; set; } = [];
}

/// <summary>One network: its machines, every ordered pair of them, and what is wrong in words.</summary>
public sealed record NetworkCheckView
{
    public string ID { get; set; } = "";
    public string Name { get; set; } = "";
    public uint VNI { get; set; }
    public IReadOnlyList<CheckedMachineView> Machines { get; set; } = [];
    public IReadOnlyList<CheckedPairView> Pairs { get; set; } = [];
    public IReadOnlyList<NetworkProblemView> Problems { get; set; } = [];
}

/// <summary>Names: its name server answers at its bridge address. MTU of full packets, in bytes; 0: not known.</summary>
public sealed record CheckedMachineView(
    string ID, string Hostname, string Address, string BridgeAddress, uint MTU, bool Names, string? Problem);

/// <summary>State: passes, only-small, broken or unknown. Times in microseconds, 0 where nothing was answered.</summary>
public sealed record CheckedPairView(string From, string To, string State, int Largest, long RoundTripMicros);

/// <summary>To is absent when it is about one machine.</summary>
public sealed record NetworkProblemView(string From, string? To, string Message);
