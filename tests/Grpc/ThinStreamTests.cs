using System.Net;
using System.Net.Sockets;
using System.Text;
using Orch.Grpc;

namespace Orch.Tests.Grpc;

public sealed class ThinStreamTests
{
    [Fact]
    public async Task Both_ends_ask_the_kernel_to_send_again_at_an_even_pace()
    {
        using var listener = ThinStream.Prefer(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = ThinStream.Prefer(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await client.ConnectAsync(listener.LocalEndPoint!);
        using var accepted = await listener.AcceptAsync();
        Assert.All([client, accepted], socket => Assert.Equal((1, "reno"), (Pace(socket), Control(socket))));
    }

    private static int Pace(Socket socket)
    {
        var value = new byte[4];
        socket.GetRawSocketOption(6, 16, value);
        return BitConverter.ToInt32(value);
    }

    private static string Control(Socket socket)
    {
        var name = new byte[16];
        var length = socket.GetRawSocketOption(6, 13, name);
        return Encoding.ASCII.GetString(name, 0, length).TrimEnd('\0');
    }
}
