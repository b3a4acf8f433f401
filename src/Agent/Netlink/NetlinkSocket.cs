using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orch.Agent.Netlink;

internal delegate void NetlinkHandler(ushort type, ReadOnlySpan<byte> body);

/// <summary>The kernel refused that message of a batch.</summary>
internal readonly record struct NetlinkFailure(int Message, int Error, string Reason);

/// <summary>
/// One conversation with the kernel, for one thread. The kernel answers while it is asked, so nothing here waits for
/// anybody else. Failures of messages are values; a conversation that breaks down throws.
/// </summary>
internal sealed class NetlinkSocket : IDisposable
{
    public const int RouteProtocol = 0;
    public const int NetfilterProtocol = 12;
    private const int NetlinkFamily = 16;
    private const int NetlinkLevel = 270;
    private const int MostTries = 4;
    private const ushort ErrorType = 2;
    private const ushort DoneType = 3;
    private const ushort Interrupted = 0x10; // NLM_F_DUMP_INTR
    private const ushort ExtendedText = 0x200; // NLM_F_ACK_TLVS
    private readonly byte[] _buffer = new byte[256 * 1024];

    public NetlinkSocket(int protocol, int receiveBytes = 4 << 20)
    {
        Handle = Libc.OpenSocket(NetlinkFamily, type: 3, protocol);
        Set(1, 33, receiveBytes); // SO_RCVBUFFORCE
        Set(NetlinkLevel, 10, 1); // NETLINK_CAP_ACK
        Set(NetlinkLevel, 11, 1); // NETLINK_EXT_ACK
        var address = new Libc.NetlinkAddress { Family = NetlinkFamily };
        Libc.Check(Libc.Bind(Handle, ref address, Marshal.SizeOf<Libc.NetlinkAddress>()), "bind netlink socket");
    }

    public SafeFileHandle Handle { get; }

    public void Join(int group)
    {
        var value = group;
        Libc.Check(Libc.SetOption(Handle, NetlinkLevel, 1, ref value, sizeof(int)), $"join netlink group {group}");
    }

    /// <summary>What the kernel refused of the messages; it does all others.</summary>
    public IReadOnlyList<NetlinkFailure> Send(NetlinkWriter batch)
    {
        if (batch.Count == 0)
            return [];
        batch.AskForAnswer();
        Transmit(batch);
        var failures = new List<NetlinkFailure>();
        while (!Answers((uint)batch.Count - 1, failures))
        {
        }
        return failures;
    }

    /// <summary>
    /// Hands over every object that the kernel lists; begins again when they changed meanwhile. After a few tries it throws
    /// <see cref="Libc.Interrupted"/>: the conversation is sound, and may be tried again later.
    /// </summary>
    public void Dump(NetlinkWriter request, NetlinkHandler each, Action? again = null) => Repeat(
        () =>
        {
            Transmit(request);
            var whole = true;
            while (!Listed(each, ref whole))
            {
            }
            return whole;
        },
        again);

    internal static void Repeat(Func<bool> list, Action? again)
    {
        for (var tries = 1; !list(); tries++)
        {
            if (tries == MostTries)
                throw new Win32Exception(Libc.Interrupted, "netlink: what the kernel lists keeps changing while it is read");
            again?.Invoke();
        }
    }

    /// <summary>Reads what is there without waiting. False when the kernel had to drop something.</summary>
    public bool Drain(NetlinkHandler each)
    {
        var whole = true;
        while (true)
        {
            var length = Libc.Receive(Handle, ref _buffer[0], _buffer.Length, Libc.DontWait);
            if (length >= 0)
            {
                var messages = new NetlinkReader(_buffer.AsSpan(0, (int)length));
                while (messages.Next())
                    each(messages.Type, messages.Body);
                continue;
            }
            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.Again:
                    return whole;
                case Libc.NoBuffers:
                    whole = false;
                    break;
                case not Libc.Interrupted:
                    throw new Win32Exception(Marshal.GetLastPInvokeError(), $"netlink: {Libc.LastError()}");
            }
        }
    }

    public void Dispose() => Handle.Dispose();

    private void Transmit(NetlinkWriter batch)
    {
        ref var first = ref MemoryMarshal.GetReference(batch.Written);
        while (Libc.Send(Handle, ref first, batch.Length, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.Interrupted)
                throw new Win32Exception(Marshal.GetLastPInvokeError(), $"netlink: {Libc.LastError()}");
        }
    }

    private ReadOnlySpan<byte> Receive()
    {
        while (true)
        {
            var length = Libc.Receive(Handle, ref _buffer[0], _buffer.Length, 0);
            if (length >= 0)
                return _buffer.AsSpan(0, (int)length);
            if (Marshal.GetLastPInvokeError() != Libc.Interrupted)
                throw new Win32Exception(Marshal.GetLastPInvokeError(), $"netlink: {Libc.LastError()}");
        }
    }

    private bool Answers(uint last, List<NetlinkFailure> failures)
    {
        var messages = new NetlinkReader(Receive());
        while (messages.Next())
        {
            if (messages.Type != ErrorType || messages.Body.Length < 4)
                continue;
            var error = -BinaryPrimitives.ReadInt32LittleEndian(messages.Body);
            if (error != 0)
                failures.Add(new((int)messages.Sequence, error, Reason(error, messages.Flags, messages.Body)));
            if (messages.Sequence == last)
                return true;
        }
        return false;
    }

    private bool Listed(NetlinkHandler each, ref bool whole)
    {
        var messages = new NetlinkReader(Receive());
        while (messages.Next())
        {
            whole &= (messages.Flags & Interrupted) == 0;
            if (messages.Type == DoneType)
                return true;
            if (messages.Type == ErrorType)
            {
                var error = -BinaryPrimitives.ReadInt32LittleEndian(messages.Body);
                throw new Win32Exception(error, $"netlink: {Reason(error, messages.Flags, messages.Body)}");
            }
            each(messages.Type, messages.Body);
        }
        return false;
    }

    /// <summary>The kernel's own words where it gives some: they name the attribute, the number does not.</summary>
    private static string Reason(int error, ushort flags, ReadOnlySpan<byte> body)
    {
        var plain = Marshal.GetPInvokeErrorMessage(error);
        if ((flags & ExtendedText) == 0)
            return plain;
        var attributes = NetlinkAttributes.After(body, 20);
        while (attributes.Next())
        {
            if (attributes.Type == 1)
                return $"{plain}: {attributes.Text}";
        }
        return plain;
    }

    private void Set(int level, int name, int value) => _ = Libc.SetOption(Handle, level, name, ref value, sizeof(int));
}
