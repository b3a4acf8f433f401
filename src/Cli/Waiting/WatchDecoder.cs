using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orch.Contracts.Api;

namespace Orch.Cli.Waiting;

internal static class WatchDecoder
{
    public static WatchEvent Line(byte[] line)
    {
        try
        {
            return ApiJson.Read(line, ApiJson.Default.WatchEvent);
        }
        catch (JsonException e)
        {
            throw new IOException($"the watch sent a line that makes no sense: {e.Message}", e);
        }
    }

    /// <summary>Null for a line without an object.</summary>
    public static T? Object<T>(WatchEvent change, JsonTypeInfo<T> type) where T : class =>
        change.Object is { ValueKind: JsonValueKind.Object } json ? json.Deserialize(type) : null;
}
