namespace Orch.Grpc;

/// <summary>
/// A call that ended with a status other than OK. A handler throws it to answer with that status; a caller catches it
/// to read one. Transport failures arrive as <see cref="GrpcStatus.Unavailable"/>, so a retry loop looks at one type.
/// </summary>
public sealed class GrpcException : Exception
{
    public GrpcException(GrpcStatus status, string message, Exception? inner = null) : base(message, inner)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)status, (int)GrpcStatus.Ok);
        Status = status;
    }

    public GrpcStatus Status { get; }
}
