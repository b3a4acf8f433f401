using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Cli.Waiting;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Files;

/// <summary>New content under the same name (docs/decisions/0008): the manager makes the version and updates its users.</summary>
internal static class FileUpdateCommand
{
    public static Command Definition(FileKind kind) => new()
    {
        Name = $"{FileWords.One(kind)} update",
        Usage = $"[OPTIONS] {FileWords.One(kind).ToUpperInvariant()} file|-",
        Summary = $"Give a {FileWords.One(kind)} new content and update the services that use it",
        Details = $"""
            The name goes over to a new object with the new content; the old one stays as NAME.v1, NAME.v2 … for as long as a
            service uses it or can be rolled back to it. Every service that uses NAME is updated in its own way (its --update-*
            options), and 'orch service rollback' gives it the old content back. A service that names NAME.v1 keeps that.
            Labels and template driver stay as they are unless given. The same content again changes nothing.
            {ServiceWaiter.Help}
            """,
        Flags =
        [
            Flag.Switch("detach", "Exit at once instead of waiting for the services to converge", 'd'),
            .. FileWords.ContentFlags(kind),
            Flag.Switch("quiet", "Suppress progress output", 'q'),
        ],
        MinWords = 2,
        MaxWords = 2,
        Examples = kind == FileKind.Secret
            ? "openssl rand -base64 24 | orch secret update db-password -" : "orch config update nginx.conf ./nginx.conf",
        Run = call => Run(call, kind),
    };

    private static int Run(Invocation call, FileKind kind)
    {
        var name = call.Words[0];
        var change = new FileSpec
        {
            Data = FileWords.Read(call, kind, call.Words[1]),
            Labels = FileWords.Labels(call.Flags),
            Templating = FileWords.Templating(call.Flags),
        };
        var old = call.Client.Get(FileWords.Path(kind, name), ApiJson.Default.FileView);
        var answer = ApiJson.Read(call.Client.Post(
            $"/orch/v1/{FileWords.One(kind)}s/{old.ID}/replace?version={old.Version.Index}",
            ApiJson.Write(change, ApiJson.Default.FileSpec)), ApiJson.Default.ReplaceResponse);
        foreach (var warning in answer.Warnings ?? [])
            call.Err.WriteLine(warning);
        call.Out.WriteLine(answer.ID);
        if (answer.ID == old.ID)
            call.Err.WriteLine($"{FileWords.One(kind)} {name} has this content already: nothing to do");
        call.Out.Flush();
        var exitCode = 0;
        foreach (var id in answer.Services)
            exitCode = Math.Max(exitCode, ServiceWaiter.Wait(call, id, NameOf(call, id), rollbackWanted: false));
        return exitCode;
    }

    /// <summary>The id itself for a service that went meanwhile: waiting for it says so.</summary>
    private static string NameOf(Invocation call, string id) =>
        call.Client.Find($"/services/{Query.Segment(id)}", ApiJson.Default.ServiceView)?.Spec.Name ?? id;
}
