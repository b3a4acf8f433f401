using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Orch.Agent.Netlink;
using Orch.Testing;

namespace Orch.Bench;

/// <summary>
/// What a machine's name server answers and what its kernel's rules say of one service, each with the moment it became so.
/// The name is asked for every millisecond from inside a container; rules are read when the kernel tells of a change.
/// </summary>
internal sealed partial class EndpointWatch : IDisposable
{
    private readonly History _names = new();
    private readonly History _rules = new();
    private readonly List<Thread> _threads = [];
    private volatile bool _stop;

    public EndpointWatch(LabMachine machine, HostProcess asker, string server, string name, string chain)
    {
        _threads.Add(new Thread(() => Ask(asker, server, name)));
        _threads.Add(new Thread(() => machine.InNetwork(() => Listen(chain))));
        _threads.ForEach(thread => thread.Start());
    }

    public Task<double> NamesAsync(DateTime from, Func<IReadOnlyList<string>, bool> right) => _names.AfterAsync("names", from, right);

    public Task<double> RulesAsync(DateTime from, Func<IReadOnlyList<string>, bool> right) => _rules.AfterAsync("rules", from, right);

    public void Dispose()
    {
        _stop = true;
        _threads.ForEach(thread => thread.Join());
    }

    private void Ask(HostProcess asker, string server, string name)
    {
        using var socket = NetworkSocket.Create(asker, AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(IPAddress.Parse(server), 53);
        socket.ReceiveTimeout = 1000;
        var labels = name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]);
        byte[] question = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. labels, 0, 0, 1, 0, 1];
        var answer = new byte[512];
        while (!_stop)
        {
            socket.Send(question);
            var length = socket.Receive(answer);
            _names.Add(Addresses(answer.AsSpan(question.Length, length - question.Length), answer[7]));
            Thread.Sleep(1);
        }
    }

    /// <summary>Each answer is a pointer to the name, type, class, time to live, length and an address.</summary>
    private static List<string> Addresses(ReadOnlySpan<byte> answers, int count)
    {
        var found = new List<string>();
        for (; count > 0; count--, answers = answers[16..])
            found.Add(new IPAddress(answers[12..16]).ToString());
        return found;
    }

    private void Listen(string chain)
    {
        using var socket = new NetlinkSocket(NetlinkSocket.NetfilterProtocol, 16 << 20);
        socket.Join(NftTable.Group);
        var context = New(0);
        _ = BufferOutput(context);
        var command = Encoding.ASCII.GetBytes($"list chain ip orch {chain}\0");
        var entries = new[] { new Libc.PollEntry { Descriptor = (int)socket.Handle.DangerousGetHandle(), Events = Libc.Readable } };
        while (!_stop)
        {
            var changed = _rules.IsEmpty;
            socket.Drain((type, _) => changed |= type == NftTable.EndOfChange);
            if (changed && Execute(context, command) == 0)
                _rules.Add([.. Address().Matches(Marshal.PtrToStringUTF8(Output(context)) ?? "").Select(match => match.Value)]);
            _ = Libc.Poll(entries, 1, 100);
        }
        Free(context);
    }

    [GeneratedRegex(@"\d+\.\d+\.\d+\.\d+")]
    private static partial Regex Address();

    [DllImport("libnftables.so.1", EntryPoint = "nft_ctx_new")]
    private static extern nint New(uint flags);

    [DllImport("libnftables.so.1", EntryPoint = "nft_ctx_free")]
    private static extern void Free(nint context);

    [DllImport("libnftables.so.1", EntryPoint = "nft_ctx_buffer_output")]
    private static extern int BufferOutput(nint context);

    [DllImport("libnftables.so.1", EntryPoint = "nft_ctx_get_output_buffer")]
    private static extern nint Output(nint context);

    [DllImport("libnftables.so.1", EntryPoint = "nft_run_cmd_from_buffer")]
    private static extern int Execute(nint context, byte[] text);

    /// <summary>Addresses in order, and since when. For one writer.</summary>
    private sealed class History
    {
        private readonly Lock _lock = new();
        private readonly List<(DateTime At, List<string> Addresses)> _states = [];

        public bool IsEmpty
        {
            get
            {
                lock (_lock)
                    return _states.Count == 0;
            }
        }

        public void Add(List<string> addresses)
        {
            var now = DateTime.UtcNow;
            addresses.Sort(StringComparer.Ordinal);
            lock (_lock)
            {
                if (_states.Count == 0 || !_states[^1].Addresses.SequenceEqual(addresses))
                    _states.Add((now, addresses));
            }
        }

        /// <summary>Milliseconds until it was right; 0 when it already was.</summary>
        public async Task<double> AfterAsync(string what, DateTime from, Func<IReadOnlyList<string>, bool> right)
        {
            double? found = null;
            await Until.TrueAsync($"{what} are right", () => (found = Find(from, right)) is not null);
            return found!.Value;
        }

        private double? Find(DateTime from, Func<IReadOnlyList<string>, bool> right)
        {
            lock (_lock)
            {
                for (var i = Math.Max(0, _states.FindLastIndex(state => state.At <= from)); i < _states.Count; i++)
                {
                    if (right(_states[i].Addresses))
                        return Math.Max(0, (_states[i].At - from).TotalMilliseconds);
                }
                return null;
            }
        }
    }
}
