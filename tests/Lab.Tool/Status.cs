namespace Orch.Testing.Tool;

/// <summary>The machines of a lab as a table.</summary>
internal static class Status
{
    public static async Task<string> OfAsync(Lab lab)
    {
        var rows = await Task.WhenAll(lab.Machines.Select(RowAsync));
        var head = Row("NODE", "ADDRESS", "POWER", "ENGINE", "PROCESSES", "CONTAINERS", "LINK");
        return string.Join('\n', rows.Prepend(head));
    }

    private static async Task<string> RowAsync(LabMachine machine)
    {
        if (!machine.IsOn) return Row(machine.Name, machine.Address, "off", "-", "-", "-", machine.Link);
        var containers = await ContainersAsync(machine);
        return Row(
            machine.Name, machine.Address, machine.IsFrozen ? "frozen" : "on", containers is null ? "silent" : "up",
            $"{machine.Processes().Count}", containers ?? "-", machine.Link);
    }

    private static async Task<string?> ContainersAsync(LabMachine machine)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            var all = await machine.Engine.ContainersAsync(cancel: patience.Token);
            return $"{all.Count(c => c.State == "running")} of {all.Count}";
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    private static string Row(params string[] cells) =>
        string.Concat(cells.Zip([6, 14, 8, 8, 11, 12, 0], (cell, width) => cell.PadRight(width))).TrimEnd();
}
