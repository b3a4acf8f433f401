using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Manager.Api.Views;

namespace Orch.Manager.Api.Endpoints;

/// <summary>Who answers, and whether it is well.</summary>
internal static class SystemEndpoints
{
    /// <summary>Every docker command begins with this one, so it touches no state at all.</summary>
    public static Task PingAsync(HttpContext http, ApiServices api)
    {
        http.Response.Headers["Swarm"] = "active/manager";
        http.Response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        http.Response.Headers.Pragma = "no-cache";
        return TextAsync(http, "OK");
    }

    public static Task HealthAsync(HttpContext http, ApiServices api) => api.Unhealthy() is { } reason
        ? Answer.RefuseAsync(http, new Problem(503, reason))
        : TextAsync(http, "OK");

    private static Task TextAsync(HttpContext http, string text)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        if (http.Request.Method == HttpMethods.Head)
            return Answer.Nothing(http);
        http.Response.ContentLength = text.Length;
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    public static Task VersionAsync(HttpContext http, ApiServices api)
    {
        var host = api.Host;
        var details = new Dictionary<string, string>
        {
            ["ApiVersion"] = ApiVersion.Max.ToString(),
            ["Arch"] = host.Architecture,
            ["BuildTime"] = "",
            ["Experimental"] = "false",
            ["GitCommit"] = Product.Commit,
            ["GoVersion"] = Runtime,
            ["KernelVersion"] = host.KernelVersion,
            ["MinAPIVersion"] = ApiVersion.Min.ToString(),
            ["Os"] = "linux",
        };
        var view = new VersionView
        {
            Platform = new("orch"),
            Components = [new("Engine", Product.Version, details)],
            Version = Product.Version,
            ApiVersion = ApiVersion.Max.ToString(),
            MinAPIVersion = ApiVersion.Min.ToString(),
            GitCommit = Product.Commit,
            GoVersion = Runtime,
            Arch = host.Architecture,
            KernelVersion = host.KernelVersion,
        };
        return Answer.ObjectAsync(http, view, ApiJson.Default.VersionView);
    }

    private static string Runtime => $".NET {Environment.Version}";

    public static Task InfoAsync(HttpContext http, ApiServices api)
    {
        var host = api.Host;
        var self = api.View().Nodes.Get(api.Self);
        var view = new InfoView
        {
            ID = api.Self.ToString(),
            SystemTime = Timestamp.From(api.Clock.GetUtcNow()).ToString(),
            CgroupVersion = host.CgroupVersion,
            KernelVersion = host.KernelVersion,
            OperatingSystem = host.OperatingSystem,
            OSVersion = host.OsVersion,
            Architecture = host.Machine,
            NCPU = host.Cpus,
            MemTotal = host.MemoryBytes,
            Name = host.Name,
            ServerVersion = Product.Version,
            Plugins = PluginsOf(self),
            Labels = [.. (self?.Description.EngineLabels ?? []).Select(label => $"{label.Key}={label.Value}")],
            Swarm = SwarmOf(api),
        };
        return Answer.ObjectAsync(http, view, ApiJson.Default.InfoView);
    }

    /// <summary>Of this machine's engine, as its agent described it.</summary>
    private static InfoPluginsView PluginsOf(Node? self)
    {
        return new() { Volume = Of("Volume"), Network = Of("Network"), Log = Of("Log") };

        List<string> Of(string type) => [.. (self?.Description.Plugins ?? []).Where(plugin => plugin.Type == type)
            .Select(plugin => plugin.Name).Order(StringComparer.Ordinal)];
    }

    private static SwarmInfoView SwarmOf(ApiServices api)
    {
        var state = api.View();
        if (state.Cluster is not { } cluster)
            return new() { NodeID = api.Self.ToString(), LocalNodeState = "pending" };
        var managers = state.Nodes.Values.Where(node => node.Spec.Role == NodeRole.Manager).ToList();
        return new()
        {
            NodeID = api.Self.ToString(),
            NodeAddr = state.Nodes.Get(api.Self)?.Address ?? "",
            LocalNodeState = "active",
            ControlAvailable = true,
            RemoteManagers = [.. managers.Select(node => new PeerView(node.Id.ToString(), NodeViews.AddressOf(node, api.Port)))],
            Nodes = state.Nodes.Count,
            Managers = managers.Count,
            Cluster = SwarmViews.Of(cluster, api.Tls()),
        };
    }
}
