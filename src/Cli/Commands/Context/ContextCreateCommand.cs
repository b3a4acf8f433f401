using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Orch.Cli.Contexts;
using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;

namespace Orch.Cli.Commands.Context;

internal static class ContextCreateCommand
{
    public static Command Definition => new()
    {
        Name = "context create",
        Usage = "[OPTIONS] NAME",
        Summary = "Remember how to reach a cluster",
        Details = "The cluster's CA is pinned: no other is trusted there. Without --ca it is this machine's own cluster's.\n"
            + "The credential is an API token, or a certificate with its key.",
        Flags =
        [
            Flag.Value("host", "string", "Manager to talk to: tcp://HOST[:PORT]", letter: 'H'),
            Flag.Value("ca", "path", "The cluster's CA certificate"),
            Flag.Value("token", "string", "API token; '-' reads it from the first line of standard input"),
            Flag.Value("cert", "path", "Client certificate, in place of a token"),
            Flag.Value("key", "path", "Key of the client certificate"),
            Flag.Value("description", "string", "What the context is for"),
            Flag.Value("from", "path", "A file that `orch context export` wrote; '-' is standard input"),
        ],
        Examples = "orch context create prod --host tcp://10.0.0.1 --ca ca.crt --token orch-…\n"
            + "ssh node1 orch context export prod | orch context create prod --from -",
        MinWords = 1,
        MaxWords = 1,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var name = call.Words[0];
        ContextStore.CheckName(name);
        var store = ContextStore.Of(call.Terminal.Env);
        if (name == ContextStore.Local)
            throw new CommandException($"\"{name}\" is the name of this machine's own manager; choose another");
        if (store.Find(name) is not null)
            throw new CommandException($"context \"{name}\" already exists; `orch context rm {name}` removes it");
        var context = call.Flags.Text("from") is { } file ? Import(call, file) : Described(call);
        Check(context);
        store.Save(context with { Name = name });
        call.Out.WriteLine(name);
        call.Err.WriteLine($"Use it with `orch context use {name}`, --context {name} or ORCH_CONTEXT={name}.");
        return 0;
    }

    private static RemoteContext Described(Invocation call)
    {
        var flags = call.Flags;
        var token = flags.Text("token");
        var paths = new MachinePaths(call.Host.DataRoot, call.Host.RunDir);
        return new()
        {
            Host = flags.Text("host") ?? throw new UsageException("--host is needed: the address of a manager"),
            Ca = Text(flags.Text("ca") ?? paths.CaCertificate, "--ca names the cluster's CA certificate"),
            Token = token == "-" ? call.Terminal.In.ReadLine()?.Trim() : token,
            Certificate = flags.Text("cert") is { } cert ? Text(cert, "--cert") : null,
            Key = flags.Text("key") is { } key ? Text(key, "--key") : null,
            Description = flags.Text("description"),
        };
    }

    private static RemoteContext Import(Invocation call, string file)
    {
        try
        {
            var text = file == "-" ? call.Terminal.In.ReadToEnd() : Text(file, "--from");
            return JsonSerializer.Deserialize(text, ContextJson.Default.RemoteContext)
                ?? throw new CommandException($"{file} holds no context");
        }
        catch (JsonException e)
        {
            throw new CommandException($"{file} holds no context: {e.Message}");
        }
    }

    /// <summary>Found wrong now, not at the first use.</summary>
    private static void Check(RemoteContext context)
    {
        if (ManagerAddress.Of(context).Socket is not null)
            throw new CommandException($"\"{context.Host}\" is on this machine: no context is needed, --host is enough");
        if ((context.Certificate is null) != (context.Key is null))
            throw new UsageException("--cert and --key belong together");
        if (string.IsNullOrEmpty(context.Token) && context.Certificate is null)
            throw new UsageException("a credential is needed: --token, or --cert and --key");
        try
        {
            using var authority = X509Certificate2.CreateFromPem(context.Ca);
            if (context.Certificate is not null)
                X509Certificate2.CreateFromPem(context.Certificate, context.Key).Dispose();
        }
        catch (CryptographicException e)
        {
            throw new CommandException($"the certificates cannot be read as PEM: {e.Message}");
        }
    }

    private static string Text(string path, string hint)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{e.Message} ({hint})");
        }
    }
}
