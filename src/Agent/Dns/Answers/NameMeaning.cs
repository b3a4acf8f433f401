namespace Orch.Agent.Dns;

internal enum NameKind
{
    Unknown,

    /// <summary>web: virtual addresses, or those of the serving tasks where there is none.</summary>
    Service,

    /// <summary>tasks.web: the serving tasks.</summary>
    Tasks,

    /// <summary>1.web: the serving tasks in that slot.</summary>
    Slot,

    /// <summary>web.1.&lt;id&gt;: that task, serving or not.</summary>
    Task,

    /// <summary>_http._tcp.web: a port of the serving tasks.</summary>
    Port,
}

/// <summary>
/// What a name means to who asks. Claims are all services with that name on the first of the asker's networks that knows
/// it; those of its own stack alone, from whichever of its networks, when there are any.
/// </summary>
internal readonly ref struct NameMeaning
{
    private readonly ServiceView[]? _claims;
    private readonly string? _onlyOf;

    private NameMeaning(NameKind kind, ServiceView[] claims, string? onlyOf) => (Kind, _claims, _onlyOf) = (kind, claims, onlyOf);

    public NameKind Kind { get; private init; }
    public ulong Slot { get; private init; }

    /// <summary>Of a task: its id and its slot or machine. Of a port: its name or number and its protocol.</summary>
    public ReadOnlySpan<byte> Detail { get; private init; }
    public ReadOnlySpan<byte> Place { get; private init; }

    public static NameMeaning Of(Asker asker, ReadOnlySpan<byte> name)
    {
        if (TryFind(asker, name, NameKind.Service, out var found))
            return found;
        var first = DnsName.First(name, out var rest);
        if (rest.IsEmpty)
            return default;
        if (first.SequenceEqual("tasks"u8))
            return TryFind(asker, rest, NameKind.Tasks, out found) ? found : default;
        if (first[0] == '_')
            return Port(asker, first, rest);
        if (DnsName.TryNumber(first, out var slot) && slot > 0 && TryFind(asker, rest, NameKind.Slot, out found))
            return found with { Slot = slot };
        return Task(asker, name, rest);
    }

    public ClaimEnumerator GetEnumerator() => new(_claims, _onlyOf);

    private static NameMeaning Port(Asker asker, ReadOnlySpan<byte> port, ReadOnlySpan<byte> rest)
    {
        var protocol = DnsName.First(rest, out var service);
        if (DnsName.First(service, out var behind).SequenceEqual("tasks"u8) && !behind.IsEmpty)
            service = behind;
        return protocol.Length > 1 && protocol[0] == '_' && TryFind(asker, service, NameKind.Port, out var found)
            ? found with { Detail = port[1..], Place = protocol[1..] } : default;
    }

    /// <summary>The service is all but the last two labels.</summary>
    private static NameMeaning Task(Asker asker, ReadOnlySpan<byte> name, ReadOnlySpan<byte> rest)
    {
        var end = name.Length - rest.Length;
        var place = DnsName.First(rest, out var tail);
        var id = DnsName.First(tail, out tail);
        while (!tail.IsEmpty)
        {
            end += place.Length + 1;
            place = id;
            id = DnsName.First(tail, out tail);
        }
        return !id.IsEmpty && TryFind(asker, name[..end], NameKind.Task, out var found)
            ? found with { Detail = id, Place = place } : default;
    }

    private static bool TryFind(Asker asker, ReadOnlySpan<byte> name, NameKind kind, out NameMeaning found)
    {
        var stack = asker.Stack;
        ServiceView[]? others = null;
        foreach (var zone in asker.Zones)
        {
            if (!zone.TryFind(name, out var claims))
                continue;
            foreach (var claim in claims)
            {
                if (claim.Service.Stack == stack)
                {
                    found = new(kind, claims, stack);
                    return true;
                }
            }
            others ??= claims;
        }
        found = others is null ? default : new(kind, others, null);
        return others is not null;
    }

    internal ref struct ClaimEnumerator(ServiceView[]? claims, string? onlyOf)
    {
        private int _at = -1;

        public readonly ServiceView Current => claims![_at];

        public bool MoveNext()
        {
            while (claims is not null && ++_at < claims.Length)
            {
                if (onlyOf is null || claims[_at].Service.Stack == onlyOf)
                    return true;
            }
            return false;
        }
    }
}
