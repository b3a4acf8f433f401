using Orch.Agent.Networks;

namespace Orch.Tests.Agent.Dns;

/// <summary>The rules of names of services and of tasks.NAME, looked up in the book the slow way.</summary>
internal static class Oracle
{
    /// <summary>Null when the name is not one of these.</summary>
    public static string? Addresses(NetworkBook book, string source, string name)
    {
        if (book.Tasks.Values.FirstOrDefault(task => task.Addresses.Any(on => Is(book, on, source))) is not { } asker)
            return null;
        var stack = book.Services.GetValueOrDefault(asker.ServiceId)?.Stack;
        var onlyTasks = name.StartsWith("tasks.", StringComparison.Ordinal);
        var wanted = onlyTasks ? name[6..] : name;
        var networks = asker.Addresses.Select(on => on.NetworkId)
            .Where(id => book.Networks.TryGetValue(id, out var network) && !network.IsIngress).ToList();
        var found = networks
            .SelectMany(id => book.Services.Values.Where(s => Names(s, id).Contains(wanted)).Select(s => (Network: id, Service: s)))
            .ToList();

        if (found.Count == 0 || stack is null)
            return null;
        var own = found.Where(hit => hit.Service.Stack == stack).ToList();
        var first = (own.Count > 0 ? own : found)[0].Network;
        var hits = (own.Count > 0 ? own : found).Where(hit => hit.Network == first);
        return string.Join(' ', hits.SelectMany(hit => Give(book, hit.Service, hit.Network, onlyTasks)).Order(StringComparer.Ordinal));
    }

    private static bool Is(NetworkBook book, NetworkAddress on, string source) =>
        book.Networks.ContainsKey(on.NetworkId) && on.Address.ToString() == source;

    private static IEnumerable<string> Names(ServiceEntry service, string network)
    {
        if (service.On(network) is not { } on)
            return [];
        var bare = service.Stack.Length > 0 ? service.Name[(service.Stack.Length + 1)..] : service.Name;
        return [service.Name, bare, $"{bare}.{service.Stack}", .. on.Aliases];
    }

    private static IEnumerable<string> Give(NetworkBook book, ServiceEntry service, string network, bool onlyTasks) =>
        !onlyTasks && service.On(network)!.Vip is { } vip
            ? [vip.ToString()]
            : book.Tasks.Values.Where(task => task.ServiceId == service.Id && task.Serving && task.On(network) is not null)
                .Select(task => task.On(network)!.Value.ToString());
}
