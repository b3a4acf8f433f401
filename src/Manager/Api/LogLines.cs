using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Logs;

namespace Orch.Manager.Api;

/// <summary>
/// Records as Docker's clients read them (docker-api §6.1): [stream, 0, 0, 0, length] and a line with what was asked for
/// before it, or, from a terminal, the bare line.
/// </summary>
internal sealed class LogLines(LogQuery query, bool framed, Func<ClusterState> view)
{
    private const int HeaderBytes = 8;
    private readonly Dictionary<TaskId, string> _details = [];

    public void Write(IBufferWriter<byte> output, LogItem item)
    {
        var prefix = Prefix(item);
        var length = Encoding.UTF8.GetByteCount(prefix) + item.Text.Length;
        if (framed)
        {
            var header = output.GetSpan(HeaderBytes)[..HeaderBytes];
            header.Clear();
            header[0] = (byte)item.Stream;
            BinaryPrimitives.WriteInt32BigEndian(header[4..], length);
            output.Advance(HeaderBytes);
        }
        Encoding.UTF8.GetBytes(prefix, output);
        output.Write(item.Text.Span);
    }

    private string Prefix(LogItem item)
    {
        var time = query.Timestamps ? Fixed(item.At) + " " : "";
        if (!query.Details)
            return time;
        var about = item.Attributes.Length == 0 ? Details(item) : $"{Details(item)},{item.Attributes}";
        return $"{time}{about} ";
    }

    /// <summary>Clients find the names by these three, and refuse a line that lacks one.</summary>
    private string Details(LogItem item)
    {
        if (_details.TryGetValue(item.Task, out var details))
            return details;
        var service = view().Tasks.Get(item.Task)?.ServiceId ?? default;
        return _details[item.Task] = $"com.docker.swarm.node.id={item.Node},com.docker.swarm.service.id={service},"
            + $"com.docker.swarm.task.id={item.Task}";
    }

    /// <summary>Always nine digits, so that lines stand below each other.</summary>
    private static string Fixed(long unixNanos)
    {
        var (seconds, nanos) = Math.DivRem(unixNanos, 1_000_000_000);
        var moment = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{moment:yyyy-MM-dd'T'HH:mm:ss}.{nanos:D9}Z");
    }
}
