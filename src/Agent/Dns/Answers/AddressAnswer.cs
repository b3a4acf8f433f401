namespace Orch.Agent.Dns;

/// <summary>
/// Addresses of services and tasks. A name without an address at present, and any other type than A, is "no data": the
/// name exists, and resolvers then neither look further nor remember it as missing.
/// </summary>
internal static class AddressAnswer
{
    public static int Write(
        NameMeaning meaning, in DnsQuery query, ref AnswerWriter writer, DnsOptions options, DnsScratch scratch)
    {
        var known = Collect(meaning, scratch, out var ttl, options);
        if (query.Type is DnsType.A or DnsType.Any && scratch.Count > 0)
        {
            var room = writer.RoomForAddresses;
            foreach (var address in scratch.Draw(room))
                writer.TryAddress(address, ttl);
            return writer.Finish(Rcode.NoError, truncated: scratch.Count > room);
        }
        writer.Authority();
        return writer.Finish(known ? Rcode.NoError : Rcode.NoSuchName);
    }

    /// <summary>False when the service exists, but no such slot or task.</summary>
    private static bool Collect(NameMeaning meaning, DnsScratch scratch, out uint ttl, DnsOptions options)
    {
        var known = meaning.Kind is NameKind.Service or NameKind.Tasks;
        ttl = meaning.Kind == NameKind.Service ? options.VirtualTtl : options.TaskTtl;
        foreach (var view in meaning)
        {
            var data = view.Data;
            if (meaning.Kind is NameKind.Slot or NameKind.Task)
            {
                known |= CollectTasks(meaning, data, scratch);
            }
            else if (meaning.Kind == NameKind.Service && data.Vip != 0)
            {
                scratch.Add(data.Vip);
            }
            else
            {
                scratch.Add(data.Serving);
                ttl = options.TaskTtl;
            }
        }
        return known;
    }

    private static bool CollectTasks(NameMeaning meaning, ServiceData data, DnsScratch scratch)
    {
        var known = false;
        foreach (var on in data.Tasks)
        {
            var byId = meaning.Kind == NameKind.Task;
            var isMeant = byId
                ? DnsName.Is(meaning.Detail, on.Task.Id) && DnsName.Is(meaning.Place, on.Place)
                : on.Task.Slot == meaning.Slot;
            if (!isMeant)
                continue;
            known = true;
            if (byId || on.Task.Serving)
                scratch.Add(on.Address);
        }
        return known;
    }
}
