using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Cli.Commands.Files;

internal static class FileInspectCommand
{
    public static Command Definition(FileKind kind) => new()
    {
        Name = $"{FileWords.One(kind)} inspect",
        Usage = $"[OPTIONS] {FileWords.One(kind).ToUpperInvariant()} [{FileWords.One(kind).ToUpperInvariant()}...]",
        Summary = $"Show details of {FileWords.One(kind)}s",
        Details = kind == FileKind.Secret ? "The content of a secret is never shown." : null,
        Flags = [Inspecting.FormatFlag, Inspecting.PrettyFlag],
        MinWords = 1,
        MaxWords = int.MaxValue,
        Examples = kind == FileKind.Secret
            ? "orch secret inspect --pretty db-password" : "orch config inspect -f '{{printf \"%s\" .Spec.Data}}' nginx.conf",
        Run = call => Inspecting.Run(call, name => call.Client.Get(FileWords.Path(kind, name)),
            (to, body) => FilePretty.Write(to, kind, ApiJson.Read(body, ApiJson.Default.FileView))),
    };
}
