using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Orch.Grpc.Client;

/// <summary>Reads how a call ended from headers or trailers, or from plain HTTP where the peer spoke no gRPC.</summary>
internal static class ResponseStatus
{
    /// <summary>Null when the headers promise messages; then the status follows in the trailers.</summary>
    public static GrpcException? OfHeaders(HttpResponseMessage response)
    {
        var status = Read(response.Headers, out var isSuccess);
        if (status is not null) return status;
        if (response.StatusCode != HttpStatusCode.OK)
            return new GrpcException(
                OfHttp(response.StatusCode), $"the server answered with HTTP status {(int)response.StatusCode}");
        if (isSuccess || GrpcHeaders.IsGrpc(response.Content.Headers.ContentType?.MediaType)) return null;
        return new GrpcException(
            GrpcStatus.Unknown,
            $"the server answered with content type '{response.Content.Headers.ContentType}', which is not gRPC");
    }

    /// <summary>Null for OK.</summary>
    public static GrpcException? OfTrailers(HttpResponseMessage response)
    {
        var status = Read(response.TrailingHeaders, out var isSuccess);
        if (status is not null || isSuccess) return status;

        // An answer without messages carries its trailers as headers.
        status = Read(response.Headers, out isSuccess);
        if (status is not null || isSuccess) return status;
        return new GrpcException(GrpcStatus.Unknown, "the stream ended without a grpc-status");
    }

    private static GrpcException? Read(HttpHeaders headers, out bool isSuccess)
    {
        isSuccess = false;
        if (!headers.TryGetValues(GrpcHeaders.Status, out var values)) return null;
        var text = values.First();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            return new GrpcException(GrpcStatus.Unknown, $"the server sent the unreadable grpc-status '{text}'");
        isSuccess = code == (int)GrpcStatus.Ok;
        if (isSuccess) return null;

        var message = headers.TryGetValues(GrpcHeaders.Message, out var messages)
            ? GrpcMessageText.Decode(messages.First())
            : "";
        var status = Enum.IsDefined((GrpcStatus)code) ? (GrpcStatus)code : GrpcStatus.Unknown;
        return new GrpcException(status, message);
    }

    private static GrpcStatus OfHttp(HttpStatusCode code) => code switch
    {
        HttpStatusCode.BadRequest => GrpcStatus.Internal,
        HttpStatusCode.Unauthorized => GrpcStatus.Unauthenticated,
        HttpStatusCode.Forbidden => GrpcStatus.PermissionDenied,
        HttpStatusCode.NotFound => GrpcStatus.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
            or HttpStatusCode.GatewayTimeout => GrpcStatus.Unavailable,
        _ => GrpcStatus.Unknown,
    };
}
