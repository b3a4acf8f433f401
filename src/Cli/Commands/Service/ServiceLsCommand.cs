using System.Globalization;
using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Service;

internal static class ServiceLsCommand
{
    private static readonly (string, string)[] Columns =
        [("ID", "ID"), ("Name", "NAME"), ("Mode", "MODE"), ("Replicas", "REPLICAS"), ("Image", "IMAGE"), ("Ports", "PORTS")];

    public static Command Definition => new()
    {
        Name = "service ls",
        Summary = "List services",
        Flags = [Listing.FilterFlag("id, label, mode, name"), Listing.FormatFlag, Listing.QuietFlag],
        Examples = "orch service ls\norch service ls --filter label=team=a --format '{{.Name}}: {{.Replicas}}'",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var filters = Query.Encode(Query.Filters(call.Flags.All("filter")));
        var quiet = call.Flags.On("quiet") && !call.Flags.Has("format");
        var path = Query.Path("/services", filters, quiet ? "" : "status=true");
        var services = call.Client.Get(path, ApiJson.Default.ListServiceView);
        Write(call, services);
        return 0;
    }

    /// <summary>The table of services, which stacks show, too.</summary>
    public static void Write(Invocation call, List<ServiceView> services)
    {
        services.Sort((a, b) => NaturalOrder.Instance.Compare(a.Spec.Name, b.Spec.Name));
        Listing.Write(call, Columns, [.. services.Select(Row)]);
    }

    private static Dictionary<string, object?> Row(ServiceView service) => new()
    {
        ["ID"] = ShortId(service.ID),
        ["Name"] = service.Spec.Name,
        ["Mode"] = ModeOf(service),
        ["Replicas"] = Replicas(service),
        ["Image"] = ShortImage(service.Spec.TaskTemplate?.ContainerSpec?.Image),
        ["Ports"] = PortText.Published(service.Endpoint.Ports),
    };

    public static string ShortId(string id) => id.Length > 12 ? id[..12] : id;

    /// <summary>A digest says nothing to people that the tag does not.</summary>
    public static string ShortImage(string? image)
    {
        var at = image?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        return at < 0 ? image ?? "" : image![..at];
    }

    private static string ModeOf(ServiceView service) => service.Spec.Mode switch
    {
        { Global: not null } => "global",
        { ReplicatedJob: not null } => "replicated job",
        { GlobalJob: not null } => "global job",
        _ => "replicated",
    };

    private static string Replicas(ServiceView service)
    {
        if (service.ServiceStatus is not { } status)
            return "";
        var text = string.Create(CultureInfo.InvariantCulture, $"{status.RunningTasks}/{status.DesiredTasks}");
        if (service.Spec.TaskTemplate?.Placement?.MaxReplicas is > 0 and var max)
            text += $" (max {max} per node)";
        if (service.Spec.Mode?.ReplicatedJob is { } job)
            return $"{text} ({status.CompletedTasks}/{job.TotalCompletions ?? 1} completed)";
        return service.Spec.Mode?.GlobalJob is null ? text
            : $"{text} ({status.CompletedTasks}/{status.DesiredTasks + status.CompletedTasks} completed)";
    }
}
