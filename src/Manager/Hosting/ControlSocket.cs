using System.Net.Sockets;

namespace Orch.Manager.Hosting;

/// <summary>The control socket's file: who may use it is its mode, root and its group.</summary>
internal static class ControlSocket
{
    /// <summary>Removes what a killed manager left; throws when a living one answers there.</summary>
    public static void Clear(string path)
    {
        if (!File.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }
        throw new IOException($"another manager answers on {path}: stop it first, or choose another --run-dir");
    }

    public static void Restrict(string path) => File.SetUnixFileMode(path,
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
}
