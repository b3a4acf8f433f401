using System.Net.Sockets;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;

namespace Orch.Cli.Daemons;

/// <summary>
/// The Consul server beside this machine's manager: a process of its own, so that it outlives the manager, under the same supervision.
/// Its program is not part of orch.
/// </summary>
internal static class ConsulBeside
{
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(10);

    public static bool IsWanted(MachinePaths paths) => File.Exists(paths.ConsulConfig);

    /// <exception cref="CommandException">It is not here; says how to get it.</exception>
    public static string Program()
    {
        try
        {
            return DaemonPaths.Program("consul");
        }
        catch (CommandException e)
        {
            throw new CommandException($"{e.Message}.\nA highly available cluster keeps its state in Consul, of which orch runs a server beside each "
                + "manager. Install the program, 1.8 or newer:\n  apt-get install consul        (Debian, where the release has it)\n"
                + "  https://developer.hashicorp.com/consul/install        (packages and a single binary, for /usr/local/bin)\n"
                + "Its own service need not run: orch starts its own server.");
        }
    }

    public static string[] Arguments(MachinePaths paths) => ["agent", "-config-file", paths.ConsulConfig];

    /// <summary>Makes the first server of a new cluster, and returns the manager's arguments that say where the log is.</summary>
    public static string[] Found(DaemonPaths paths, string advertise, int port, TimeProvider clock)
    {
        Program();
        if (Directory.Exists(paths.Machine.ConsulDir))   // of an init that failed
            Directory.Delete(paths.Machine.ConsulDir, recursive: true);
        Directory.CreateDirectory(paths.Machine.DataRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(paths.Machine.RunDir);
        EmbeddedConsul.Create(port, clock).Install(paths.Machine, advertise, founds: true);
        StoreFile.Save(paths.Machine.WantedStoreFile, EmbeddedConsul.Address(paths.Machine));
        return ["--store-file", paths.Machine.WantedStoreFile];
    }

    /// <summary>Once there is a cluster its server never again begins one alone; and the address it is known by may have changed.</summary>
    public static void Settle(MachinePaths paths, string advertise)
    {
        if (IsWanted(paths))
            EmbeddedConsul.Load(paths)?.Install(paths, advertise, founds: false);
    }

    /// <summary>Takes the server out of its group, so that the others do not wait for it. Null: done, or there is none.</summary>
    public static string? Leave(MachinePaths paths)
    {
        if (!IsWanted(paths))
            return null;
        File.Delete(paths.ConsulConfig);   // it ends when it has left, and is not to be started again
        try
        {
            using var client = new HttpClient(new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(paths.ConsulSocket), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            })
            { Timeout = LeaveWithin };
            using var answer = client.Send(new HttpRequestMessage(HttpMethod.Put, "http://localhost/v1/agent/leave"));
            return answer.IsSuccessStatusCode ? null : $"Consul answers {(int)answer.StatusCode} to its leaving";
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or NotSupportedException)
        {
            return $"Consul did not leave its group: {e.Message}\nOn another manager: consul operator raft remove-peer";
        }
    }
}
