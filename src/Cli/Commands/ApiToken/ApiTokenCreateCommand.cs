using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.ApiToken;

internal static class ApiTokenCreateCommand
{
    public static Command Definition => new()
    {
        Name = "api-token create",
        Usage = "[OPTIONS] NAME",
        Summary = "Make a credential for the API",
        Details = "The token is shown once. Who shows it may, by its role:\n"
            + "  viewer     look at everything but credentials\n"
            + "  operator   change services, stacks, configs, secrets and networks too\n"
            + "  admin      everything\n"
            + "An operator runs any container on any machine, with any mount: that is as good as root on all of them.",
        Flags =
        [
            Flag.Value("role", "string", "viewer, operator or admin", "viewer"),
            Flag.Value("expires", "duration", "After which it is worthless (720h); never when not given"),
            Flag.Switch("quiet", "Only display the token", 'q'),
        ],
        Examples = "orch api-token create ci --role operator --expires 720h\n"
            + "orch context create prod --host tcp://10.0.0.1 --token \"$(orch api-token create -q me --role admin)\"",
        MinWords = 1,
        MaxWords = 1,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var request = new ApiTokenRequest
        {
            Name = call.Words[0],
            Role = call.Flags.Text("role") ?? "viewer",
            ExpiresIn = call.Flags.Nanos("expires") ?? 0,
        };
        var body = call.Client.Post("/orch/v1/api-tokens", ApiJson.Write(request, ApiJson.Default.ApiTokenRequest));
        call.Out.WriteLine(ApiJson.Read(body, ApiJson.Default.ApiTokenSecret).Token);
        if (!call.Flags.On("quiet"))
            call.Err.WriteLine("Keep it well: it is not shown again.");
        return 0;
    }
}
