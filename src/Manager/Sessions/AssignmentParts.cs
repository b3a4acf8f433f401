using Google.Protobuf;
using Orch.Contracts.Agent;

namespace Orch.Manager.Sessions;

/// <summary>
/// Cuts a message that is too large for the wire: templates and files travel ahead, in messages that assign nothing, and the
/// assignments follow in one. Pure.
/// </summary>
internal static class AssignmentParts
{
    /// <summary>Well below what either side accepts, since a single template may be half a megabyte and a file one.</summary>
    public const int TargetBytes = 4 * 1024 * 1024;

    public static IEnumerable<Assignments> Split(Assignments message, int targetBytes = TargetBytes)
    {
        if (message.CalculateSize() > targetBytes)
        {
            foreach (var ahead in Ahead(message, message.Specs, (part, spec) => part.Specs.Add(spec), targetBytes))
                yield return ahead;
            foreach (var ahead in Ahead(message, message.Files, (part, file) => part.Files.Add(file), targetBytes))
                yield return ahead;
            message.Specs.Clear();
            message.Files.Clear();
        }
        yield return message;
    }

    private static IEnumerable<Assignments> Ahead<T>(
        Assignments message, IEnumerable<T> items, Action<Assignments, T> add, int targetBytes) where T : IMessage
    {
        var part = Empty(message);
        var size = 0;
        foreach (var item in items)
        {
            if (size > 0 && size + item.CalculateSize() > targetBytes)
            {
                yield return part;
                (part, size) = (Empty(message), 0);
            }
            add(part, item);
            size += item.CalculateSize();
        }
        if (size > 0)
            yield return part;
    }

    private static Assignments Empty(Assignments message) => new() { Epoch = message.Epoch, Revision = message.Revision };
}
