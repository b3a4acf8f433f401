using Orch.Core.Model.Specs;

namespace Orch.Cli.Output;

/// <summary>Published ports as Docker shows them.</summary>
internal static class PortText
{
    /// <summary>Cluster-wide ports, neighbours joined: <c>*:8080-8081->80-81/tcp</c>.</summary>
    public static string Published(IReadOnlyList<PortConfig>? ports)
    {
        if (ports is null or [])
            return "";
        var sorted = ports.Where(port => port.PublishMode is null or "ingress")
            .OrderBy(port => port.Protocol, StringComparer.Ordinal).ThenBy(port => port.PublishedPort).ToList();
        var texts = new List<string>();
        for (var i = 0; i < sorted.Count;)
        {
            var (first, last) = (sorted[i], sorted[i]);
            for (i++; i < sorted.Count && Follows(last, sorted[i]); i++)
                last = sorted[i];
            texts.Add(first == last
                ? $"*:{first.PublishedPort}->{first.TargetPort}/{first.Protocol}"
                : $"*:{first.PublishedPort}-{last.PublishedPort}->{first.TargetPort}-{last.TargetPort}/{first.Protocol}");
        }
        return string.Join(", ", texts);
    }

    private static bool Follows(PortConfig last, PortConfig next) => last.Protocol == next.Protocol
        && last.PublishedPort + 1 == next.PublishedPort && last.TargetPort + 1 == next.TargetPort;

    /// <summary>A task's own ports on its node.</summary>
    public static string OfTask(IReadOnlyList<PortConfig>? ports) =>
        string.Join(',', (ports ?? []).Select(port => $"*:{port.PublishedPort}->{port.TargetPort}/{port.Protocol}"));
}
