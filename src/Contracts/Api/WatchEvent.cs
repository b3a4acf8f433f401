using System.Text.Json;

namespace Orch.Contracts.Api;

/// <summary>
/// One line of <c>/orch/v1/watch</c>. First the present objects (set), then one <see cref="Synced"/> line, then changes
/// as they commit. Object is the view of <see cref="Type"/> as the API's GET shows it; absent for a synced line, only ID
/// for a removal. Revision is that of the state the line reflects, so a broken watch can be told from a stale one.
/// </summary>
public sealed record WatchEvent
{
    public const string Service = "service";
    public const string Task = "task";
    public const string Node = "node";
    public const string Synced = "synced";

    /// <summary>The object exists and looks like this.</summary>
    public const string Set = "set";
    public const string Remove = "remove";

    public string Type { get; set; } = "";
    public string? Action { get; set; }
    public JsonElement? Object { get; set; }
    public ulong Revision { get; set; }
}
