using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Orch.Contracts.Agent;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using CoreDescription = Orch.Core.Model.NodeDescription;
using CoreEpoch = Orch.Core.Model.Epoch;
using CorePlugin = Orch.Core.Model.EnginePlugin;
using WireDescription = Orch.Contracts.Agent.NodeDescription;
using WireEpoch = Orch.Contracts.Agent.Epoch;

namespace Orch.Manager.Sessions;

/// <summary>Core records to and from the agent protocol's messages; pure.</summary>
internal static class SessionMapping
{
    private const int MaxText = 4096;
    private const int MaxPorts = 1024;

    public static WireEpoch ToWire(this CoreEpoch epoch) => new() { Incarnation = epoch.Incarnation, Term = epoch.Term };

    public static TaskAssignment ToAssignment(this TaskRecord task)
    {
        var assignment = new TaskAssignment
        {
            TaskId = task.Id.ToString(),
            ServiceId = task.ServiceId.ToString(),
            SpecVersion = task.Spec.Version,
            Slot = task.Slot.Number,
            Name = task.Name,
            DesiredState = (uint)task.Desired,
        };
        assignment.Addresses.Add(task.WireAddresses());
        foreach (var resource in task.Resources ?? [])
        {
            var value = resource.Name ?? resource.Count.ToString(CultureInfo.InvariantCulture);
            assignment.Resources.Add(new GenericName { Kind = resource.Kind, Value = value });
        }
        foreach (var port in (task.Spec.Endpoint?.Ports ?? []).Where(port => port.PublishMode == "host"))
        {
            assignment.HostPorts.Add(new PublishedPort
            {
                Name = port.Name ?? "",
                Protocol = port.Protocol ?? "tcp",
                TargetPort = port.TargetPort ?? 0,
                PublishedPort_ = port.PublishedPort ?? 0,
            });
        }
        return assignment;
    }

    public static TaskSpecVersion ToWire(this TaskSpec spec) => new()
    {
        ServiceId = spec.ServiceId.ToString(),
        Version = spec.Version,
        ServiceName = spec.ServiceName,
        TemplateJson = ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(
            spec.Template with { RestartPolicy = spec.Restart }, SpecJson.Default.TaskTemplate)),
        EndpointJson = spec.Endpoint is null ? ByteString.Empty
            : ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(spec.Endpoint, SpecJson.Default.EndpointSpec)),
        LabelsJson = spec.ServiceLabels is null ? ByteString.Empty
            : ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(
                spec.ServiceLabels, SpecJson.Default.DictionaryStringString)),
    };

    /// <summary>Null for a report that makes no sense: unknown state or id. Such a report is dropped, not obeyed.</summary>
    public static ObservedTask? ToObserved(this TaskReport report)
    {
        if (!Ids.TryParse<TaskId>(report.TaskId, out var id) || !Enum.IsDefined((TaskState)report.State)
            || (TaskState)report.State <= TaskState.Assigned)
            return null;
        return new ObservedTask(id, new ObservedStatus
        {
            State = (TaskState)report.State,
            At = new Timestamp(report.AtUnixNanos),
            Message = Text(report.Message),
            Error = Text(report.Error),
            ContainerId = Text(report.ContainerId),
            Pid = report.Pid,
            ExitCode = report.HasExitCode ? report.ExitCode : null,
            LocalRestarts = report.LocalRestarts,
            Ports = report.Ports.Count == 0 ? null
                : [.. report.Ports.Take(MaxPorts).Select(p =>
                    new BoundPort(Clip(p.Name), Clip(p.Protocol), p.TargetPort, p.PublishedPort_))],
        });
    }

    public static CoreDescription ToCore(this WireDescription wire) => new()
    {
        Hostname = wire.Hostname,
        Architecture = wire.Architecture,
        Os = wire.Os is "" ? "linux" : wire.Os,
        NanoCpus = wire.NanoCpus,
        MemoryBytes = wire.MemoryBytes,
        EngineVersion = wire.EngineVersion,
        EngineLabels = wire.EngineLabels.Count == 0 ? null : Sorted(wire.EngineLabels),
        Plugins = wire.Plugins.Count == 0 ? null : [.. wire.Plugins.Select(p => new CorePlugin(p.Type, p.Name))],
        GenericCounts = wire.GenericCounts.Count == 0 ? null
            : wire.GenericCounts.GroupBy(g => g.Kind, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(c => c.Value)),
        GenericNames = wire.GenericNames.Count == 0 ? null
            : wire.GenericNames.GroupBy(g => g.Kind, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Select(n => n.Value).ToList()),
        DataPathAddress = Text(wire.DataPathAddress),
        EngineProblem = Text(wire.EngineProblem),
    };

    private static Dictionary<string, string> Sorted(IEnumerable<KeyValuePair<string, string>> map) =>
        map.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary();

    private static string? Text(string text) => text is "" ? null : Clip(text);

    /// <summary>What an agent says is stored: no node may make a record that the log cannot take.</summary>
    private static string Clip(string text) => text.Length <= MaxText ? text : text[..MaxText] + "…";
}
