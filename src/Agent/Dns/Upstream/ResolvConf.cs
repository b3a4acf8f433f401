using System.Net;

namespace Orch.Agent.Dns;

/// <summary>The host's name servers, at most three, as its resolv.conf lists them.</summary>
internal static class ResolvConf
{
    private const int MostServers = 3;

    public static List<IPAddress> Parse(string text)
    {
        var servers = new List<IPAddress>();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && words[0] == "nameserver" && IPAddress.TryParse(words[1], out var address)
                && !servers.Contains(address) && servers.Count < MostServers)
                servers.Add(address);
        }
        return servers;
    }
}
