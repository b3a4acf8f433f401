using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Orch.Core.Templates;

/// <summary>Labels in a template: one that is not there is empty, as in Go, not a mistake.</summary>
internal sealed class TemplateLabels(IReadOnlyDictionary<string, string>? labels) : IReadOnlyDictionary<string, object?>
{
    private readonly Dictionary<string, object?> _labels =
        (labels ?? new Dictionary<string, string>()).ToDictionary(label => label.Key, label => (object?)label.Value);

    public object? this[string key] => _labels.GetValueOrDefault(key, "");
    public IEnumerable<string> Keys => _labels.Keys;
    public IEnumerable<object?> Values => _labels.Values;
    public int Count => _labels.Count;

    public bool ContainsKey(string key) => true;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        value = this[key];
        return true;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _labels.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
