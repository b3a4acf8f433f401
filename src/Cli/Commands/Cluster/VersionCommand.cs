using System.Runtime.InteropServices;
using Orch.Cli.Output.Templates;
using Orch.Cli.Parsing;
using Orch.Contracts.Api;

namespace Orch.Cli.Commands.Cluster;

internal static class VersionCommand
{
    public static Command Definition => new()
    {
        Name = "version",
        Summary = "Show the versions of client and manager",
        Flags = [Flag.Value("format", "string", "Format output: 'json' or a Go TEMPLATE like '{{.Server.Version}}'", letter: 'f')],
        Examples = "orch version",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        VersionView? server = null;
        string? problem = null;
        try
        {
            server = call.Client.Get("/version", ApiJson.Default.VersionView);
        }
        catch (CommandException e)
        {
            problem = e.Message;
        }
        var architecture = $"linux/{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        if (call.Flags.Text("format") is { Length: > 0 } format)
            WriteTemplate(call, format, server, architecture);
        else
            WriteText(call, server, architecture);
        return problem is null ? 0 : throw new CommandException(problem);
    }

    private static void WriteTemplate(Invocation call, string format, VersionView? server, string architecture)
    {
        Dictionary<string, object?> values = new()
        {
            ["Client"] = new Dictionary<string, object?> { ["Version"] = Product.Version, ["OsArch"] = architecture },
            ["Server"] = server is null ? null
                : System.Text.Json.JsonSerializer.SerializeToElement(server, ApiJson.Default.VersionView),
        };
        call.Out.WriteLine(Template.Parse(format == "json" ? "{{json .}}" : format).Render(values));
    }

    private static void WriteText(Invocation call, VersionView? server, string architecture)
    {
        call.Out.WriteLine($"Client:\n Version:           {Product.Version}\n Runtime:           {RuntimeInformation.FrameworkDescription}\n" +
            $" OS/Arch:           {architecture}");
        if (server is null)
            return;
        call.Out.WriteLine($"\nServer:\n Version:           {server.Version}\n" +
            $" API version:       {server.ApiVersion} (minimum version {server.MinAPIVersion})\n" +
            $" OS/Arch:           {server.Os}/{server.Arch}");
        foreach (var component in server.Components)
            call.Out.WriteLine($" {component.Name + ":",-18} {component.Version}");
    }
}
