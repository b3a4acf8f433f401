using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Registry;

internal static class RegistryLogoutCommand
{
    public static Command Definition => new()
    {
        Name = "registry logout",
        Usage = "[HOST[:PORT]]",
        Summary = "Forget the cluster's login at a registry",
        Details = "Containers that run go on running; images that machines have stay there. Without HOST it is Docker Hub.",
        MinWords = 0,
        MaxWords = 1,
        Examples = "orch registry logout registry.example:5000",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var host = call.Words.Count > 0 ? call.Words[0] : Core.Model.ImageName.DefaultRegistry;
        call.Client.Delete($"/orch/v1/registries/{Uri.EscapeDataString(host)}");
        call.Out.WriteLine($"Removed the login at {host}");
        return 0;
    }
}
