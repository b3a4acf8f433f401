using System.Diagnostics;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;

namespace Orch.Cli.Daemons;

/// <summary>
/// Hands the address of a new cluster's store to the manager: in a file, since everybody sees a process's arguments. The manager is
/// asked first whether a cluster can begin there, so that a wrong password is an answer and not a daemon that does not start.
/// </summary>
internal static class StoreChoice
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static Flag Flag => Flag.Value("store", "address",
        "Where the cluster's state is kept: sqlite, postgres://USER:PASSWORD@HOST/DATABASE or consul://TOKEN@HOST/PREFIX", "sqlite");

    /// <summary>The manager's arguments that say it.</summary>
    public static string[] Hand(Invocation call, MachineDaemons daemons, DaemonPaths paths)
    {
        var file = paths.Machine.WantedStoreFile;
        Directory.CreateDirectory(paths.Machine.RunDir);
        File.Delete(file);
        var address = Parse(call);
        if (address.Kind == StoreKind.Sqlite)
            return ["--store=sqlite"];
        StoreFile.Save(file, address);
        string[] arguments = ["--store-file", file];
        if (Problem(daemons, ["--bootstrap", .. arguments]) is not { } problem)
            return arguments;
        File.Delete(file);
        throw new CommandException(problem);
    }

    /// <summary>Why a manager that begins here with these arguments could not use its store; null when it can.</summary>
    public static string? Problem(MachineDaemons daemons, string[] arguments) => Problem([.. daemons.Places(), "--check-store", .. arguments]);

    private static StoreAddress Parse(Invocation call)
    {
        try
        {
            var address = StoreAddress.Parse(call.Flags.Text("store")!);
            var needsPassword = address is { Kind: StoreKind.Postgres, Secret: "" };
            return needsPassword ? address with { Secret = call.Terminal.Env("PGPASSWORD") ?? "" } : address;
        }
        catch (FormatException e)
        {
            throw new CommandException(e.Message);
        }
    }

    private static string? Problem(string[] arguments)
    {
        var start = new ProcessStartInfo(DaemonPaths.Program("orch-manager"), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var manager = Process.Start(start) ?? throw new CommandException("orch-manager could not be started");
        var said = manager.StandardError.ReadToEndAsync();
        _ = manager.StandardOutput.ReadToEndAsync();
        if (!manager.WaitForExit(Longest))
        {
            manager.Kill();
            return $"the store does not answer within {Longest.TotalSeconds:0} s";
        }
        var words = said.GetAwaiter().GetResult().Trim();
        return manager.ExitCode == 0 ? null : words.Replace("orch-manager: ", "", StringComparison.Ordinal);
    }
}
