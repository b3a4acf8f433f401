using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Cli.Commands.Files;

internal static class FileLsCommand
{
    private static readonly (string, string)[] _configColumns =
        [("ID", "ID"), ("Name", "NAME"), ("CreatedAt", "CREATED"), ("UpdatedAt", "UPDATED")];
    private static readonly (string, string)[] _secretColumns =
        [("ID", "ID"), ("Name", "NAME"), ("Driver", "DRIVER"), ("CreatedAt", "CREATED"), ("UpdatedAt", "UPDATED")];

    public static Command Definition(FileKind kind) => new()
    {
        Name = $"{FileWords.One(kind)} ls",
        Summary = $"List {FileWords.One(kind)}s",
        Details = "NAME.v1, NAME.v2 … are contents that NAME had before; they go when no service can be rolled back to them.",
        Flags = [Listing.FilterFlag("id, label, name"), Listing.FormatFlag, Listing.QuietFlag],
        Examples = $"orch {FileWords.One(kind)} ls --filter label=team=blue --format '{{{{.Name}}}}'",
        Run = call => Run(call, kind),
    };

    private static int Run(Invocation call, FileKind kind)
    {
        var filters = Query.Encode(Query.Filters(call.Flags.All("filter")));
        var files = call.Client.Get(Query.Path($"/{FileWords.One(kind)}s", filters), ApiJson.Default.ListFileView);
        var now = Timestamp.From(call.Terminal.Clock.GetUtcNow());
        var sorted = files.OrderBy(file => file.Spec.Name, NaturalOrder.Instance).ThenBy(file => file.ID, StringComparer.Ordinal);
        Listing.Write(call, kind == FileKind.Secret ? _secretColumns : _configColumns, [.. sorted.Select(file => Row(file, kind, now))]);
        return 0;
    }

    private static Dictionary<string, object?> Row(FileView file, FileKind kind, Timestamp now)
    {
        var row = new Dictionary<string, object?>
        {
            ["ID"] = file.ID,
            ["Name"] = file.Spec.Name,
            ["CreatedAt"] = $"{HumanTime.Span(now - file.CreatedAt)} ago",
            ["UpdatedAt"] = $"{HumanTime.Span(now - file.UpdatedAt)} ago",
            ["Labels"] = string.Join(',', (file.Spec.Labels ?? []).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}")),
        };
        if (kind == FileKind.Secret)
            row["Driver"] = file.Spec.Driver?.Name ?? "";
        return row;
    }
}
