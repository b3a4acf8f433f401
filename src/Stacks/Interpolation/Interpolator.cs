using Orch.Stacks.Yaml;

namespace Orch.Stacks.Interpolation;

/// <summary>
/// Fills in the variables of every value (not key) of a document. Extensions (<c>x-</c>) stay as they are; where the user
/// chooses the keys, as among labels, one that begins with <c>x-</c> is a key like others.
/// </summary>
internal sealed class Interpolator(Func<string, string?> lookup, ProblemList problems, ExpansionBudget budget)
{
    /// <summary>Mappings whose keys the user chooses.</summary>
    private static readonly HashSet<string> OwnKeys = new(StringComparer.Ordinal)
    {
        "services", "networks", "volumes", "secrets", "configs", "models", "labels", "environment", "args", "annotations", "driver_opts",
        "options", "aux_addresses", "sysctls", "storage_opt", "extra_hosts", "additional_contexts", "depends_on", "ulimits",
    };

    public Node Fill(Node document) => Fill(document, hasOwnKeys: false);

    private Node Fill(Node node, bool hasOwnKeys)
    {
        switch (node)
        {
            case ListNode list:
                return new ListNode(list.At, [.. list.Items.Select(item => Fill(item, hasOwnKeys: false))]) { Merging = list.Merging };
            case MapNode map:
                return new MapNode(map.At, [.. map.Entries.Select(entry =>
                    !hasOwnKeys && entry.Key.StartsWith("x-", StringComparison.Ordinal) ? entry
                    : entry with { Value = Fill(entry.Value, !hasOwnKeys && OwnKeys.Contains(entry.Key)) })])
                { Merging = map.Merging };
            case ScalarNode scalar when scalar.Text.Contains('$', StringComparison.Ordinal) && !budget.IsSpent:
                return Fill(scalar);
            default:
                return node;
        }
    }

    private ScalarNode Fill(ScalarNode scalar)
    {
        try
        {
            var text = Template.Expand(scalar.Text, lookup, budget, out var unset);
            foreach (var name in unset)
                problems.Warn(scalar.At, $"variable {name} is not set: empty text is used",
                    $"set it in the environment or in .env, or write ${{{name}:-default}}, or $${name} for the text itself");
            return new ScalarNode(scalar.At, text, ScalarKind.Text) { Merging = scalar.Merging };
        }
        catch (FormatException e)
        {
            problems.Error(scalar.At, e.Message);
            return scalar;
        }
    }
}
