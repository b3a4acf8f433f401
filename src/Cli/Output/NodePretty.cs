using System.Globalization;
using Orch.Cli.Commands.Node;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Output;

/// <summary>A node for people, laid out line for line as Docker's users know it.</summary>
internal static class NodePretty
{
    public static void Write(TextWriter to, NodeView node)
    {
        var description = node.Description;
        to.Write($"ID:\t\t\t{node.ID}\n");
        if (node.Spec.Name is { Length: > 0 } name)
            to.Write($"Name:\t\t\t{name}\n");
        if (node.Spec.Labels is { Count: > 0 } labels)
            to.Write("Labels:\n" + Labels(labels));
        to.Write($"Hostname:              \t{description.Hostname}\n");
        to.Write($"Joined at:             \t{GoTime(node.CreatedAt.ToString())}\n");
        to.Write($"Status:\n State:\t\t\t{TaskListing.Capital(node.Status.State)}\n");
        if (node.Status.Message is { Length: > 0 } message)
            to.Write($" Message:              \t{message}\n");
        to.Write($" Availability:         \t{TaskListing.Capital(NodeWords.Of(node.Spec.Availability))}\n");
        if (node.Status.Addr.Length > 0)
            to.Write($" Address:\t\t{node.Status.Addr}\n");
        if (node.ManagerStatus is { } manager)
            to.Write($"Manager Status:\n Address:\t\t{manager.Addr}\n Raft Status:\t\t{TaskListing.Capital(manager.Reachability)}\n" +
                $" Leader:\t\t{(manager.Leader ? "Yes" : "No")}\n");
        to.Write($"Platform:\n Operating System:\t{description.Platform.OS}\n Architecture:\t\t{description.Platform.Architecture}\n");
        to.Write(string.Create(CultureInfo.InvariantCulture, $"Resources:\n CPUs:\t\t\t{description.Resources.NanoCPUs / 1_000_000_000}\n"));
        to.Write($" Memory:\t\t{ByteSize.Format(description.Resources.MemoryBytes)}\n");
        if (description.Engine.Plugins is { Count: > 0 } plugins)
            to.Write("Plugins:\n" + string.Concat(plugins.GroupBy(p => p.Type).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(group => $" {group.Key}:\t\t{string.Join(", ", group.Select(p => p.Name))}\n")));
        to.Write($"Engine Version:\t\t{description.Engine.EngineVersion}\n");
        if (description.Engine.Labels is { Count: > 0 } engineLabels)
            to.Write("Engine Labels:\n" + Labels(engineLabels));
        if (description.TLSInfo.TrustRoot is { } root)
            to.Write($"TLS Info:\n TrustRoot:\n{root}\n Issuer Subject:\t{description.TLSInfo.CertIssuerSubject}\n" +
                $" Issuer Public Key:\t{description.TLSInfo.CertIssuerPublicKey}\n");
    }

    private static string Labels(IReadOnlyDictionary<string, string> labels) =>
        string.Concat(labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $" - {l.Key}={l.Value}\n"));

    /// <summary>2026-11-21 01:58:03.994444713 +0000 utc: how Docker prints a moment here.</summary>
    private static string GoTime(string text) => text.Replace('T', ' ').TrimEnd('Z') + " +0000 utc";
}
