using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>The words for a network that has no address left: which it is, how full, and what helps.</summary>
public static class AddressShortage
{
    public static string Of(Network network, AddressBook book) => book.Free == 0
        ? $"no address left in network {network.Spec.Name} ({book.Subnet}: {book.Used} of {book.Capacity} used): "
            + "remove tasks or create a larger network"
        : $"no address left in network {network.Spec.Name} for a task and a machine that is new to it "
            + $"({book.Subnet}: {book.Used} of {book.Capacity} used): remove tasks or create a larger network";
}
