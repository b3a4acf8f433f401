using Orch.Cli.Parsing;
using Orch.Core.Model;

namespace Orch.Cli.Commands.Files;

internal static class FileRmCommand
{
    public static Command Definition(FileKind kind) => new()
    {
        Name = $"{FileWords.One(kind)} rm",
        Usage = $"{FileWords.One(kind).ToUpperInvariant()} [{FileWords.One(kind).ToUpperInvariant()}...]",
        Summary = $"Remove {FileWords.One(kind)}s",
        Details = "What a service uses cannot be removed. Nobody is asked first.",
        Examples = $"orch {FileWords.One(kind)} rm {(kind == FileKind.Secret ? "db-password" : "site.conf")}",
        MinWords = 1,
        MaxWords = int.MaxValue,
        Run = call => ForEach.Word(call, name =>
        {
            call.Client.Delete(FileWords.Path(kind, name));
            call.Out.WriteLine(name);
        }),
    };
}
