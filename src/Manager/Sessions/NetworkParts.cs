using Google.Protobuf;
using Orch.Contracts.Agent;

namespace Orch.Manager.Sessions;

/// <summary>Cuts what is said of networks into messages that fit the wire; the agent applies them as one. Pure.</summary>
internal static class NetworkParts
{
    public const int TargetBytes = AssignmentParts.TargetBytes;

    public static IEnumerable<NetworkUpdate> Split(NetworkUpdate message, int targetBytes = TargetBytes)
    {
        if (message.CalculateSize() <= targetBytes)
        {
            yield return message;
            yield break;
        }
        var part = Empty(message);
        part.Complete = message.Complete;
        var size = 0;
        foreach (var (bytes, add) in Items(message))
        {
            if (size > 0 && size + bytes > targetBytes)
            {
                part.More = true;
                yield return part;
                (part, size) = (Empty(message), 0);
            }
            add(part);
            size += bytes;
        }
        yield return part;
    }

    private static IEnumerable<(int Bytes, Action<NetworkUpdate> Add)> Items(NetworkUpdate message) =>
    [
        .. message.Networks.Select(item => Item(item, part => part.Networks.Add(item))),
        .. message.RemovedNetworks.Select(id => (id.Length, Add(part => part.RemovedNetworks.Add(id)))),
        .. message.Services.Select(item => Item(item, part => part.Services.Add(item))),
        .. message.RemovedServices.Select(id => (id.Length, Add(part => part.RemovedServices.Add(id)))),
        .. message.Tasks.Select(item => Item(item, part => part.Tasks.Add(item))),
        .. message.RemovedTasks.Select(id => (id.Length, Add(part => part.RemovedTasks.Add(id)))),
        .. message.Peers.Select(item => Item(item, part => part.Peers.Add(item))),
        .. message.RemovedPeers.Select(item => Item(item, part => part.RemovedPeers.Add(item))),
    ];

    private static (int, Action<NetworkUpdate>) Item(IMessage item, Action<NetworkUpdate> add) => (item.CalculateSize(), add);

    private static Action<NetworkUpdate> Add(Action<NetworkUpdate> add) => add;

    private static NetworkUpdate Empty(NetworkUpdate message) =>
        new() { Epoch = message.Epoch, Revision = message.Revision, Serial = message.Serial };
}
