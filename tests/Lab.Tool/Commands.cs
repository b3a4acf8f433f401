namespace Orch.Testing.Tool;

/// <summary>What a human can do to a running lab: one line in, text out.</summary>
internal sealed class Commands(Lab lab, CancellationTokenSource ending)
{
    public const string Failed = "error: ";

    private sealed record Command(string Usage, string Effect, Func<string[], Task> Run);

    public async Task<string> RunAsync(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is [] or ["help"]) return Help();
        if (words is ["status"]) return await Status.OfAsync(lab);
        var command = Table().FirstOrDefault(c => c.Usage.Split(' ') is var usage && usage[0] == words[0]
            && words.Length <= usage.Length && words.Length >= usage.Count(w => !w.StartsWith('[')));
        if (command is null) return $"{Failed}'{line}' is not understood; see help.";
        try
        {
            await command.Run(words[1..]);
            return words[0] == "down" ? "going down" : await Status.OfAsync(lab);
        }
        catch (Exception e) when (e is LabException or TimeoutException or IOException)
        {
            return Failed + e.Message;
        }
    }

    private Command[] Table() =>
    [
        new("off NODE", "power loss", w => lab[w[0]].PowerOffAsync()),
        new("boot NODE", "power on; the disk is as it was", w => lab[w[0]].BootAsync()),
        new("lose-disk NODE", "empty the disk of a machine that is off", w => LoseDisk(lab[w[0]])),
        new("freeze NODE", "stop all its processes", w => lab[w[0]].FreezeAsync()),
        new("thaw NODE", "let them run on", w => lab[w[0]].ThawAsync()),
        new("cut NODE [NODE2]", "silent partition, from everybody or from one", CutAsync),
        new("cut-to NODE NODE2", "NODE's packets no longer reach NODE2", w => lab[w[0]].CutOneWayAsync(lab[w[1]])),
        new("unplug NODE", "pull the cable", w => lab[w[0]].UnplugAsync()),
        new("heal [NODE]", "undo cuts and plug in, one or all", w => w is [] ? lab.HealAsync() : lab[w[0]].HealAsync()),
        new("stop-engine NODE", "SIGTERM to dockerd", w => lab[w[0]].StopEngineAsync()),
        new("kill-engine NODE", "kill -9 of dockerd and containerd", w => lab[w[0]].KillEngineAsync()),
        new("start-engine NODE", "start dockerd", w => lab[w[0]].StartEngineAsync()),
        new("add", "boot one more machine", _ => lab.AddMachineAsync()),
        new("down", "remove the lab", _ => ending.CancelAsync()),
    ];

    private Task CutAsync(string[] nodes) =>
        nodes is [var one, var other] ? lab[one].CutFromAsync(lab[other]) : lab[nodes[0]].CutAsync();

    private static Task LoseDisk(LabMachine machine)
    {
        machine.LoseDisk();
        return Task.CompletedTask;
    }

    private string Help() => string.Join('\n', Table().Prepend(new Command("status", "what runs where", null!))
        .Select(c => $"  {c.Usage,-20} {c.Effect}"));
}
