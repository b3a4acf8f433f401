using Orch.Stacks.Yaml;

namespace Orch.Stacks.Interpolation;

/// <summary>Fills in the variables of every value (not key) of a document.</summary>
internal static class Interpolator
{
    public static Node Fill(Node node, Func<string, string?> lookup, ProblemList problems)
    {
        switch (node)
        {
            case ListNode list:
                return new ListNode(list.At, [.. list.Items.Select(item => Fill(item, lookup, problems))]) { Merging = list.Merging };
            case MapNode map:
                return new MapNode(map.At, [.. map.Entries.Select(entry =>
                    entry.Key.StartsWith("x-", StringComparison.Ordinal) ? entry : entry with { Value = Fill(entry.Value, lookup, problems) })])
                { Merging = map.Merging };
            case ScalarNode scalar when scalar.Text.Contains('$', StringComparison.Ordinal):
                return Fill(scalar, lookup, problems);
            default:
                return node;
        }
    }

    private static ScalarNode Fill(ScalarNode scalar, Func<string, string?> lookup, ProblemList problems)
    {
        try
        {
            var text = Template.Expand(scalar.Text, lookup, out var unset);
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
