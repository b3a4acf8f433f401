using System.Text;

namespace Orch.Testing;

/// <summary>The switch all machines are plugged into, in a network namespace of its own, and its faults. Frames vanish
/// by rules on the names of ports, replaced all at once, so no half-made partition is ever seen. Faults are
/// made one after another.</summary>
internal sealed class LabSwitch(LabDirectory directory) : IDisposable
{
    private readonly SemaphoreSlim _changing = new(1);
    private readonly HashSet<string> _cut = [];
    private readonly HashSet<(string From, string To)> _blocked = [];
    private readonly HashSet<string> _unplugged = [];

    public bool IsPlugged(string port) => !_unplugged.Contains(port);

    public Task CutAsync(string port) => ChangeRulesAsync(() => _cut.Add(port));

    public Task BlockAsync(string from, string to) => ChangeRulesAsync(() => _blocked.Add((from, to)));

    public Task BlockBothAsync(string one, string other) =>
        ChangeRulesAsync(() => _blocked.UnionWith([(one, other), (other, one)]));

    public async Task UnplugAsync(string port, bool running)
    {
        _unplugged.Add(port);
        if (running) await RunAsync(["ip", "link", "set", port, "down"]);
    }

    public async Task HealAsync(string port, bool running)
    {
        if (_unplugged.Remove(port) && running) await RunAsync(["ip", "link", "set", port, "up"]);
        if (!_cut.Contains(port) && !_blocked.Any(b => b.From == port || b.To == port)) return;
        await ChangeRulesAsync(() =>
        {
            _cut.Remove(port);
            _blocked.RemoveWhere(b => b.From == port || b.To == port);
        });
    }

    /// <summary>What is wrong with a port, for humans.</summary>
    public string Describe(string port)
    {
        var blocked = _blocked.Where(b => b.From == port).Select(b => $"cut to {b.To}");
        var faults = new List<string>(blocked);
        if (_unplugged.Contains(port)) faults.Add("unplugged");
        if (_cut.Contains(port)) faults.Add("cut");
        return faults.Count == 0 ? "ok" : string.Join(", ", faults);
    }

    public void Dispose() => _changing.Dispose();

    private async Task ChangeRulesAsync(Action change)
    {
        await _changing.WaitAsync();
        try
        {
            change();
            await RunAsync(["nft", "-f", "-"], Rules());
        }
        finally
        {
            _changing.Release();
        }
    }

    private string Rules()
    {
        const string table = "table bridge orch_lab";
        var rules = new StringBuilder($"{table}\ndelete {table}\n{table} {{\n");
        Chain("into", "prerouting", _cut.Select(port => $"iifname \"{port}\" drop"));
        Chain("across", "forward", _blocked.Select(b => $"iifname \"{b.From}\" oifname \"{b.To}\" drop"));
        Chain("outof", "postrouting", _cut.Select(port => $"oifname \"{port}\" drop"));
        return rules.Append("}\n").ToString();

        void Chain(string name, string hook, IEnumerable<string> drops) => rules.Append(
            $"chain {name} {{\ntype filter hook {hook} priority 0; policy accept;\n{string.Join('\n', drops)}\n}}\n");
    }

    private async Task RunAsync(string[] command, string? input = null) =>
        (await Shell.RunAsync(["sh", directory.Script, "switch", .. command], LabEnvironment.Variables, input))
            .EnsureSuccess();
}
