using Orch.Contracts.Agent;

namespace Orch.Manager.Sessions;

/// <summary>
/// Cuts a message that is too large for the wire: templates travel ahead, in messages that assign nothing, and the
/// assignments follow in one. Pure.
/// </summary>
internal static class AssignmentParts
{
    /// <summary>Well below what either side accepts, since a single template may be half a megabyte.</summary>
    public const int TargetBytes = 4 * 1024 * 1024;

    public static IEnumerable<Assignments> Split(Assignments message, int targetBytes = TargetBytes)
    {
        if (message.CalculateSize() > targetBytes)
        {
            foreach (var ahead in SpecsAhead(message, targetBytes))
                yield return ahead;
            message.Specs.Clear();
        }
        yield return message;
    }

    private static IEnumerable<Assignments> SpecsAhead(Assignments message, int targetBytes)
    {
        var part = Empty(message);
        var size = 0;
        foreach (var spec in message.Specs)
        {
            if (size > 0 && size + spec.CalculateSize() > targetBytes)
            {
                yield return part;
                (part, size) = (Empty(message), 0);
            }
            part.Specs.Add(spec);
            size += spec.CalculateSize();
        }
        if (size > 0)
            yield return part;
    }

    private static Assignments Empty(Assignments message) => new() { Epoch = message.Epoch, Revision = message.Revision };
}
