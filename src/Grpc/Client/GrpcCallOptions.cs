namespace Orch.Grpc.Client;

/// <summary>What one call asks for beyond its messages.</summary>
public sealed record GrpcCallOptions
{
    /// <summary>The deadline of the whole call, told to the server and watched here. None when unset.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Extra request headers, in lower case.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
