using System.Text;

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
