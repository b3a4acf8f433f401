using System.Text;
using Orch.Grpc;

namespace Orch.Tests.Grpc;

internal static class TestMethods
{
    public const string Service = "orch.test.Echo";

    public static readonly GrpcMethod<byte[], byte[]> Unary = Method("Unary");
    public static readonly GrpcMethod<byte[], byte[]> Chat = Method("Chat");
    public static readonly GrpcMethod<byte[], byte[]> Count = Method("Count");
    public static readonly GrpcMethod<byte[], byte[]> Fail = Method("Fail");
    public static readonly GrpcMethod<byte[], byte[]> FailLate = Method("FailLate");
    public static readonly GrpcMethod<byte[], byte[]> Hang = Method("Hang");

    public static GrpcMethod<byte[], byte[]> Method(string name) =>
        new(Service, name, GrpcMarshaller.Bytes, GrpcMarshaller.Bytes);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(byte[] message) => Encoding.UTF8.GetString(message);
}
