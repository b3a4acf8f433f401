using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Registry;

internal static class RegistryLoginCommand
{
    public static Command Definition => new()
    {
        Name = "registry login",
        Usage = "[OPTIONS] [HOST[:PORT]]",
        Summary = "Keep a login at a registry for the whole cluster",
        Details = "The manager asks the registry whether it takes the login and keeps it, sealed, in the cluster's state. Machines " +
            "ask for it when they pull, so that a service still finds its image on a machine that joins next year. Without HOST " +
            "it is Docker Hub. A second login at the same registry replaces the first.",
        Flags =
        [
            Flag.Value("username", "string", "Username", letter: 'u'),
            Flag.Value("password", "string", "Password or token (visible to other users of this machine: prefer --password-stdin)",
                letter: 'p'),
            Flag.Switch("password-stdin", "Take the password from standard input"),
            Flag.Switch("no-verify", "Keep the login without asking the registry"),
        ],
        MinWords = 0,
        MaxWords = 1,
        Examples = "orch registry login -u ci --password-stdin registry.example:5000 < token.txt",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var username = call.Flags.Text("username") is { Length: > 0 } name ? name
            : throw new CommandException("a username is needed: orch registry login -u USER --password-stdin HOST");
        var login = new RegistryLogin
        {
            Username = username,
            Password = Password(call),
            ServerAddress = call.Words.Count > 0 ? call.Words[0] : "",
        };
        var path = "/orch/v1/registries" + (call.Flags.On("no-verify") ? "?verify=0" : "");
        call.Client.Post(path, ApiJson.Write(login, ApiJson.Default.RegistryLogin));
        call.Out.WriteLine("Login Succeeded");
        return 0;
    }

    private static string Password(Invocation call)
    {
        if (call.Flags.On("password-stdin"))
        {
            if (call.Flags.Has("password"))
                throw new CommandException("--password and --password-stdin are mutually exclusive");
            return call.Terminal.In.ReadToEnd().TrimEnd('\r', '\n') is { Length: > 0 } piped ? piped
                : throw new CommandException("standard input holds no password");
        }
        return call.Flags.Text("password") is { Length: > 0 } password ? password
            : throw new CommandException("a password is needed: pipe it in with --password-stdin");
    }
}
