using System.Buffers.Binary;
using System.Text;
using Orch.Core.Networking;

namespace Orch.Agent.Netlink;

/// <summary>What we read of nftables without its library: rule comments and notifications (linux/nf_tables.h).</summary>
internal static class NftTable
{
    public const int Group = 7;
    private const int Subsystem = 10 << 8;
    public const int NewRule = Subsystem | 6;
    public const int EndOfChange = Subsystem | 15;
    private const int GetRule = Subsystem | 7;
    private const int DeletedRule = Subsystem | 8;
    private const int GetElements = Subsystem | 13;
    private const int NewElements = Subsystem | 12;
    private const ushort SetName = 2, Elements = 3, Element = 1, ElementKey = 1, DataValue = 1;
    private const ushort TableName = 1, ChainName = 2, UserData = 7;

    /// <summary>The comment of the first rule of a chain; null without such a table, chain or rule.</summary>
    public static string? Comment(NetlinkSocket socket, string table, string chain)
    {
        var request = new NetlinkWriter();
        request.Begin(GetRule, NetlinkFlags.Request | NetlinkFlags.Dump, [Route.Inet, 0, 0, 0]);
        request.Put(TableName, table);
        request.Put(ChainName, chain);
        string? comment = null;
        socket.Dump(request, (type, body) =>
        {
            var rule = Read(body);
            if (type == NewRule && rule.Table == table && rule.Chain == chain)
                comment ??= rule.Comment;
        });
        return comment;
    }

    /// <summary>The IPv4 addresses in a set of addresses; there must be such a set.</summary>
    public static HashSet<IpAddr> Addresses(NetlinkSocket socket, string table, string set)
    {
        var request = new NetlinkWriter();
        request.Begin(GetElements, NetlinkFlags.Request | NetlinkFlags.Dump, [Route.Inet, 0, 0, 0]);
        request.Put(TableName, table);
        request.Put(SetName, set);
        var found = new HashSet<IpAddr>();
        socket.Dump(request, (type, body) =>
        {
            if (type == NewElements)
                Read(body, found);
        });
        return found;
    }

    private static void Read(ReadOnlySpan<byte> body, HashSet<IpAddr> found)
    {
        var attributes = NetlinkAttributes.After(body, 4);
        while (attributes.Next())
        {
            var elements = new NetlinkAttributes(attributes.Type == Elements ? attributes.Value : default);
            while (elements.Next())
            {
                var key = Inside(Inside(elements.Value, ElementKey), DataValue);
                if (elements.Type == Element && key.Length == 4)
                    found.Add(IpAddr.V4(BinaryPrimitives.ReadUInt32BigEndian(key)));
            }
        }
    }

    private static ReadOnlySpan<byte> Inside(ReadOnlySpan<byte> outer, ushort type)
    {
        var attributes = new NetlinkAttributes(outer);
        while (attributes.Next())
        {
            if (attributes.Type == type)
                return attributes.Value;
        }
        return default;
    }

    public static bool IsOfRule(ushort type) => type is NewRule or DeletedRule;

    /// <summary>Whose table a notification is about; of a rule also its chain and comment.</summary>
    public static NftNews Read(ReadOnlySpan<byte> body)
    {
        var news = new NftNews(body.Length > 0 && body[0] == Route.Inet, "", "", null);
        var attributes = NetlinkAttributes.After(body, 4);
        while (attributes.Next())
        {
            news = attributes.Type switch
            {
                TableName => news with { Table = attributes.Text },
                ChainName => news with { Chain = attributes.Text },
                UserData => news with { Comment = CommentIn(attributes.Value) },
                _ => news,
            };
        }
        return news;
    }

    /// <summary>User data are triples of type, length and bytes; a comment is type 0.</summary>
    private static string? CommentIn(ReadOnlySpan<byte> data)
    {
        while (data.Length >= 2 && data.Length >= 2 + data[1])
        {
            if (data[0] == 0)
                return Encoding.UTF8.GetString(data.Slice(2, data[1]).TrimEnd((byte)0));
            data = data[(2 + data[1])..];
        }
        return null;
    }
}

internal readonly record struct NftNews(bool Inet, string Table, string Chain, string? Comment);
