using System.Text.Json;
using Orch.Cli.Contexts;
using Orch.Cli.Output;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Context;

/// <summary>The short ones: use, rm, inspect, export.</summary>
internal static class ContextCommands
{
    public static Command Use => new()
    {
        Name = "context use",
        Usage = "NAME",
        Summary = "Choose the cluster that commands are for",
        Details = $"\"{ContextStore.Local}\" is this machine's own manager. --host, --context, ORCH_HOST and ORCH_CONTEXT win over it.",
        Examples = "orch context use prod\norch context use default",
        MinWords = 1,
        MaxWords = 1,
        Run = call =>
        {
            var store = ContextStore.Of(call.Terminal.Env);
            var name = call.Words[0];
            store.Use(name == ContextStore.Local ? null : store.Get(name).Name);
            call.Out.WriteLine(name);
            call.Err.WriteLine($"Current context is now \"{name}\"");
            return 0;
        },
    };

    public static Command Rm => new()
    {
        Name = "context rm",
        Usage = "[OPTIONS] NAME [NAME...]",
        Summary = "Forget clusters",
        Flags = [Flag.Switch("force", "Forget the one in use too", 'f')],
        Examples = "orch context rm prod",
        MinWords = 1,
        MaxWords = int.MaxValue,
        Run = call =>
        {
            var store = ContextStore.Of(call.Terminal.Env);
            foreach (var name in call.Words)
            {
                // One that is damaged cannot be read, only removed.
                var found = store.Exists(name) ? name : store.Get(name).Name;
                if (store.Current == found && !call.Flags.On("force"))
                    throw new CommandException($"context \"{name}\" is in use; set another with `orch context use`, or use --force");
                store.Remove(found);
                if (store.Current == found)
                    store.Use(null);
                call.Out.WriteLine(name);
            }
            return 0;
        },
    };

    public static Command Inspect => new()
    {
        Name = "context inspect",
        Usage = "[OPTIONS] NAME [NAME...]",
        Summary = "Show details of contexts, without their secrets",
        Flags = [Inspecting.FormatFlag],
        Examples = "orch context inspect prod --format '{{.Host}}'",
        MinWords = 1,
        MaxWords = int.MaxValue,
        Run = call => Inspecting.Run(
            call, name => Json(ContextStore.Of(call.Terminal.Env).Get(name).WithoutSecrets()), (_, _) => { }),
    };

    public static Command Export => new()
    {
        Name = "context export",
        Usage = "NAME",
        Summary = "Write a context with its credential to standard output",
        Details = "Whoever has it can do what its credential may. `orch context create NAME --from FILE` reads it.",
        Examples = "orch context export prod > prod.json\norch context create prod --from prod.json",
        MinWords = 1,
        MaxWords = 1,
        Run = call =>
        {
            call.Out.WriteLine(System.Text.Encoding.UTF8.GetString(Json(ContextStore.Of(call.Terminal.Env).Get(call.Words[0]))));
            return 0;
        },
    };

    private static byte[] Json(RemoteContext context) =>
        JsonSerializer.SerializeToUtf8Bytes(context, ContextJson.Default.RemoteContext);
}
