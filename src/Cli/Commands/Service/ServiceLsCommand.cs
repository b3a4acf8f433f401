using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;

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
        Write(call, call.Client.List(path, ServiceLine.Read));
        return 0;
    }

    /// <summary>The table of services, which stacks show, too.</summary>
    public static void Write(Invocation call, List<ServiceLine> services)
    {
        services.Sort((a, b) => NaturalOrder.Instance.Compare(a.Name, b.Name));
        Listing.Write(call, Columns, [.. services.Select(Row)]);
    }

    private static Dictionary<string, object?> Row(ServiceLine service) => new()
    {
        ["ID"] = ShortId(service.Id),
        ["Name"] = service.Name,
        ["Mode"] = service.Mode,
        ["Replicas"] = service.Replicas,
        ["Image"] = ShortImage(service.Image),
        ["Ports"] = PortText.Published(service.Ports),
    };

    public static string ShortId(string id) => id.Length > 12 ? id[..12] : id;

    /// <summary>A digest says nothing to people that the tag does not.</summary>
    public static string ShortImage(string? image)
    {
        var at = image?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        return at < 0 ? image ?? "" : image![..at];
    }
}
