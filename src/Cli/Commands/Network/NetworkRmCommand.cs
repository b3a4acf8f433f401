using Orch.Cli.Http;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Network;

internal static class NetworkRmCommand
{
    public static Command Definition => new()
    {
        Name = "network rm",
        Usage = "[OPTIONS] NETWORK [NETWORK...]",
        Summary = "Remove networks",
        Details = "A network that a service is attached to cannot be removed.",
        Flags = [Flag.Switch("force", "Do not error if the network does not exist", 'f')],
        MinWords = 1,
        MaxWords = int.MaxValue,
        Examples = "orch network rm front back",
        Run = call => ForEach.Word(call, name => Remove(call, name)),
    };

    private static void Remove(Invocation call, string name)
    {
        var path = $"/networks/{Query.Segment(name)}";
        if (!call.Flags.On("force"))
            call.Client.Delete(path);
        else if (!call.Client.Remove(path))
            return;
        call.Out.WriteLine(name);
    }
}
