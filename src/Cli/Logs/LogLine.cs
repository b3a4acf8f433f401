using System.Text;

namespace Orch.Cli.Logs;

/// <summary>A line taken apart: "[time ]details text". The three ids say whose it is; the rest of the details is the user's.</summary>
internal readonly record struct LogLine(string Time, string Node, string Service, string Task, string Details, string Text)
{
    public static LogLine Parse(byte[] payload, bool timestamps)
    {
        var rest = Encoding.UTF8.GetString(payload);
        var time = timestamps ? Cut(ref rest) : "";
        var (node, service, task) = ("", "", "");
        var others = new List<string>();
        foreach (var pair in Cut(ref rest).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = pair.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (pair[..at], pair[(at + 1)..]) : (pair, "");
            switch (key)
            {
                case "com.docker.swarm.node.id": node = value; break;
                case "com.docker.swarm.service.id": service = value; break;
                case "com.docker.swarm.task.id": task = value; break;
                default: others.Add(Uri.UnescapeDataString(pair.Replace('+', ' '))); break;
            }
        }
        return new(time, node, service, task, string.Join(',', others), rest);
    }

    private static string Cut(ref string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var word = space < 0 ? text : text[..space];
        text = space < 0 ? "" : text[(space + 1)..];
        return word;
    }
}
