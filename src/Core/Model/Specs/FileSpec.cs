using System.Diagnostics;

namespace Orch.Core.Model.Specs;

/// <summary>A secret or a config in Docker's JSON names. Only labels may change once it exists.</summary>
public sealed record FileSpec : SpecObject
{
    public string Name { get; init => field = value ?? ""; } = "";
    public Dictionary<string, string>? Labels { get; init; }

    /// <summary>The content; base64 in JSON. Of a secret it leaves the manager only towards the nodes that need it.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public byte[]? Data { get; init; }

    /// <summary>A plugin that would make the content up; there is none yet.</summary>
    public DriverConfig? Driver { get; init; }

    /// <summary>golang: the content is a template that the node expands for each task.</summary>
    public DriverConfig? Templating { get; init; }
}
