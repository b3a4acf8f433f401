namespace Orch.Grpc.Client;

/// <summary>Limits and clock of a channel.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary>In bytes. A larger message ends the call with RESOURCE_EXHAUSTED before it is buffered.</summary>
    public int MaxMessageSize { get; init; } = 4 * 1024 * 1024;

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
