using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orch.Manager.Api;

/// <summary>
/// The largest spec that is taken. Every change of it is one record of the log, and escapes can make a stored spec six times
/// as long as the request it came in, so it is measured in the form in which it is stored.
/// </summary>
internal static class SpecSize
{
    public const int MaxBytes = 512 * 1024;

    public static Problem? Check<T>(T spec, JsonTypeInfo<T> type)
    {
        try
        {
            var length = JsonSerializer.SerializeToUtf8Bytes(spec, type).Length;
            return length <= MaxBytes ? null
                : new(413, $"the spec is {length} bytes long; the most that is accepted is {MaxBytes}");
        }
        catch (ArgumentException)
        {
            // 1e999 is read as infinity, which JSON has no word for.
            return Problem.Invalid("a number of the spec is larger than any that can be kept");
        }
    }
}
