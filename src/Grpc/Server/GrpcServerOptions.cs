namespace Orch.Grpc.Server;

/// <summary>Limits and clock of mapped methods.</summary>
public sealed record GrpcServerOptions
{
    /// <summary>In bytes. A larger message is answered with RESOURCE_EXHAUSTED before it is buffered.</summary>
    public int MaxMessageSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>How long a handler may go on writing once the host is stopping.</summary>
    public TimeSpan LastWords { get; init; } = TimeSpan.FromSeconds(1);

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
