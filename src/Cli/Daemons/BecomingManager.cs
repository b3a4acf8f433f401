using System.Text;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;
using Orch.Contracts.Security;

namespace Orch.Cli.Daemons;

/// <summary>
/// Gets a machine that joined as a manager what else a manager needs: the keys that the cluster's secrets are sealed with, and its
/// store. Whether this machine reaches the store is found out here, not by a daemon that does not start.
/// </summary>
internal static class BecomingManager
{
    /// <summary>From: the manager that took this machine in. Its certificate and key are saved already.</summary>
    public static void Prepare(Invocation call, DaemonPaths paths, MachineDaemons daemons, string from, string advertise)
    {
        var client = new ManagerBundleClient(NodeCredentials.Load(paths.Machine, call.Terminal.Clock), call.Terminal.Clock);
        var (bundle, refused) = client.GetAsync(from, call.Terminal.Interrupted).GetAwaiter().GetResult();
        if (bundle is null)
            throw Undone(paths, refused ?? $"{from} gave an empty answer");
        Directory.CreateDirectory(paths.Machine.ManagerDir, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DurableFile.Write(paths.Machine.KeyFile, Encoding.ASCII.GetBytes(bundle.Keys));
        if (Problem(bundle, paths, daemons, advertise) is { } problem)
            throw Undone(paths, problem);
    }

    /// <summary>A store beside the managers is looked for by the daemons: its server here is one of them, and starts with them.</summary>
    private static string? Problem(ManagerBundle bundle, DaemonPaths paths, MachineDaemons daemons, string advertise)
    {
        try
        {
            if (bundle.Consul is not null)
                ConsulBeside.Program();
            new StoreInvitation(StoreAddress.Parse(bundle.Store), bundle.Consul).Apply(paths.Machine, advertise);
            return bundle.Consul is null ? StoreChoice.Problem(daemons, []) : null;
        }
        catch (Exception e) when (e is CommandException or FormatException)
        {
            return e.Message;
        }
    }

    /// <summary>The cluster has recorded this machine: it stays in its list until somebody removes it.</summary>
    private static CommandException Undone(DaemonPaths paths, string problem)
    {
        var node = NodeCredentials.Load(paths.Machine, TimeProvider.System).Identity.Node;
        foreach (var folder in new[] { paths.Machine.TlsDir, paths.Machine.ManagerDir, paths.Machine.ConsulDir })
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        return new CommandException($"this machine cannot be a manager of the cluster: {problem}\n"
            + $"It has not joined. The cluster lists it until you remove it there: orch node rm --force {node}");
    }
}
