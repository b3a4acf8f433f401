using System.Text.RegularExpressions;

namespace Orch.Stacks.Conversion;

/// <summary>How things of a stack are named and labelled: as Docker does, so that its tools find them.</summary>
public static partial class StackNames
{
    public const string Namespace = "com.docker.stack.namespace";
    public const string Image = "com.docker.stack.image";

    /// <summary>On secrets and configs: the mark of the content they were made from.</summary>
    public const string Content = "orch.stack.content";

    public static string Scope(string stack, string key) => $"{stack}_{key}";

    public static bool IsValid(string stack) => Name().IsMatch(stack);

    public static Dictionary<string, string> Labels(string stack, Dictionary<string, string>? own) =>
        new(own ?? []) { [Namespace] = stack };

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$")]
    private static partial Regex Name();
}
