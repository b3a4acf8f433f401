using System.Buffers.Binary;
using System.Text;
using Orch.Agent.Dns;

namespace Orch.Tests.Agent.Dns;

/// <summary>Questions as a resolver writes them.</summary>
internal static class Query
{
    public const ushort Id = 0x1234;

    public static byte[] Of(string name, DnsType type = DnsType.A, int? edns = null, ushort @class = 1, byte version = 0)
    {
        var packet = new List<byte> { 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, (byte)(edns is null ? 0 : 1) };
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            packet.Add((byte)label.Length);
            packet.AddRange(Encoding.Latin1.GetBytes(label));
        }
        packet.Add(0);
        Put(packet, (ushort)type);
        Put(packet, @class);
        if (edns is { } size)
        {
            packet.Add(0);
            Put(packet, 41);
            Put(packet, (ushort)size);
            packet.AddRange([0, version, 0, 0, 0, 0]);
        }
        return [.. packet];
    }

    private static void Put(List<byte> packet, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        packet.AddRange(bytes);
    }
}
