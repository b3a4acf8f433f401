using System.Globalization;
using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Cli.Waiting;
using Orch.Contracts.Api;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Service;

internal static class ServiceScaleCommand
{
    public static Command Definition => new()
    {
        Name = "service scale",
        Usage = "[OPTIONS] SERVICE=REPLICAS [SERVICE=REPLICAS...]",
        Summary = "Change the number of tasks of services",
        Details = ServiceWaiter.Help,
        Flags =
        [
            Flag.Switch("detach", "Exit at once instead of waiting for the services to converge", 'd'),
            Flag.Switch("quiet", "Suppress progress output", 'q'),
        ],
        MinWords = 1,
        MaxWords = int.MaxValue,
        Examples = "orch service scale web=5 worker=2",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var wanted = call.Words.Select(Read).ToList();
        var scaled = new List<(string Name, ServiceView Before)>();
        var errors = new List<string>();
        foreach (var (name, replicas) in wanted)
        {
            try
            {
                scaled.Add((name, Scale(call, name, replicas)));
                call.Out.WriteLine($"{name} scaled to {replicas}");
                call.Out.Flush();
            }
            catch (CommandException e)
            {
                errors.Add($"{name}: {e.Message}");
            }
        }
        var exitCode = 0;
        foreach (var (name, before) in scaled)
            exitCode = Math.Max(exitCode, ServiceWaiter.Wait(call, before.ID, name, rollbackWanted: false, before.UpdateStatus));
        return errors.Count == 0 ? exitCode : throw new CommandException(string.Join('\n', errors));
    }

    private static (string Name, ulong Replicas) Read(string word)
    {
        var at = word.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0)
            throw new CommandException($"invalid scale specifier '{word}'.\nUse SERVICE=REPLICAS, like: orch service scale web=3");
        return ulong.TryParse(word[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var replicas)
            ? (word[..at], replicas)
            : throw new CommandException($"{word[..at]}: invalid replicas value {word[(at + 1)..]}: a number was expected");
    }

    /// <summary>The service as it was.</summary>
    private static ServiceView Scale(Invocation call, string name, ulong replicas)
    {
        var service = call.Client.Get($"/services/{Query.Segment(name)}", ApiJson.Default.ServiceView);
        var mode = service.Spec.Mode switch
        {
            { Global: not null } or { GlobalJob: not null } =>
                throw new CommandException("scale can only be used with replicated or replicated-job mode"),
            { ReplicatedJob: { } job } mode0 => mode0 with { ReplicatedJob = job with { TotalCompletions = replicas } },
            var old => (old ?? new()) with { Replicated = (old?.Replicated ?? new ReplicatedMode()) with { Replicas = replicas } },
        };
        ServiceUpdateCommand.Send(call, service, service.Spec with { Mode = mode }, registryAuth: null);
        return service;
    }
}
