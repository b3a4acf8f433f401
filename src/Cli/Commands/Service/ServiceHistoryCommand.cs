using Orch.Cli.Http;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Cli.Services;
using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Cli.Commands.Service;

internal static class ServiceHistoryCommand
{
    private static readonly (string, string)[] Columns =
        [("Revision", "REVISION"), ("Created", "CREATED"), ("Image", "IMAGE"), ("Changes", "CHANGES")];

    public static Command Definition => new()
    {
        Name = "service history",
        Usage = "[OPTIONS] SERVICE",
        Summary = "List the specifications a service had",
        Details = "The last ten are kept, newest first; the first line is the present one. CHANGES names what differs from the\n" +
            "revision before. Go back with `orch service rollback --to REVISION SERVICE`.",
        Flags = [Listing.FormatFlag, Flag.Switch("no-trunc", "Show all changes")],
        MinWords = 1,
        MaxWords = 1,
        Examples = "orch service history web\norch service history --format '{{.Revision}} {{.Image}}' web",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var revisions = call.Client.Get(
            $"/orch/v1/services/{Query.Segment(call.Words[0])}/history", ApiJson.Default.ListRevisionView);
        var now = Timestamp.From(call.Terminal.Clock.GetUtcNow());
        var rows = revisions.Select((revision, i) => Row(revision, i == 0 ? null : revisions[i - 1], now, call.Flags.On("no-trunc")));
        Listing.Write(call, Columns, [.. rows.Reverse()]);
        return 0;
    }

    private static Dictionary<string, object?> Row(RevisionView revision, RevisionView? before, Timestamp now, bool whole)
    {
        var changes = before is null ? [] : SpecChanges.Between(before.Spec, revision.Spec);
        var text = string.Join(", ", whole ? changes : changes.Take(4)) + (changes.Count > 4 && !whole ? ", …" : "");
        return new()
        {
            ["ID"] = $"{revision.Revision}",
            ["Revision"] = $"{revision.Revision}",
            ["Created"] = HumanTime.Ago(now - revision.CreatedAt),
            ["CreatedAt"] = revision.CreatedAt.ToString(),
            ["Image"] = ServiceLsCommand.ShortImage(revision.Spec.TaskTemplate?.ContainerSpec?.Image),
            ["Changes"] = before is null && revision.Revision == 1 ? "created" : text,
        };
    }
}
