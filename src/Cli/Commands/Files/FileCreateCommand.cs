using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Files;

internal static class FileCreateCommand
{
    public static Command Definition(FileKind kind) => new()
    {
        Name = $"{FileWords.One(kind)} create",
        Usage = kind == FileKind.Secret ? "[OPTIONS] SECRET [file|-]" : "[OPTIONS] CONFIG file|-",
        Summary = $"Create a {FileWords.One(kind)} from a file or standard input",
        Details = kind == FileKind.Secret
            ? "It is stored encrypted, never shown again, and given only to nodes whose tasks use it, in memory."
            : "It is given to the tasks that use it as a file. Unlike a secret it can be read by everybody who may inspect it.",
        Flags = kind == FileKind.Secret
            ? [Flag.Value("driver", "string", "Secret driver", letter: 'd'), .. FileWords.ContentFlags(kind)]
            : FileWords.ContentFlags(kind),
        MinWords = kind == FileKind.Secret ? 1 : 2,
        MaxWords = 2,
        Examples = kind == FileKind.Secret
            ? "openssl rand -base64 24 | orch secret create db-password -\norch secret create -l team=blue tls.key ./tls.key"
            : "orch config create nginx.conf ./nginx.conf\norch config create --template-driver golang motd ./motd.tmpl",
        Run = call => Run(call, kind),
    };

    private static int Run(Invocation call, FileKind kind)
    {
        var driver = kind == FileKind.Secret ? call.Flags.Text("driver") : null;
        if (call.Words.Count < 2 && driver is null)
            throw new CommandException("either specify `file|-` as the second argument or use `--driver`");
        var spec = new FileSpec
        {
            Name = call.Words[0],
            Labels = FileWords.Labels(call.Flags) ?? [],
            Data = call.Words.Count < 2 ? null : FileWords.Read(call, kind, call.Words[1]),
            Driver = driver is null ? null : new() { Name = driver },
            Templating = FileWords.Templating(call.Flags),
        };
        var answer = call.Client.Post($"/{FileWords.One(kind)}s/create", ApiJson.Write(spec, ApiJson.Default.FileSpec));
        call.Out.WriteLine(ApiJson.Read(answer, ApiJson.Default.CreateResponse).ID);
        return 0;
    }
}
