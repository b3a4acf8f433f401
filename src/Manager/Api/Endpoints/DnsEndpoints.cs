using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orch.Contracts.Agent;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/orch/v1/dns?name=…&amp;from=TASK&amp;type=A: what the name server of the task's machine tells that task.</summary>
internal static class DnsEndpoints
{
    private const int LongestName = 253;

    /// <summary>Longer than an agent waits for one of its machine's own servers after the other.</summary>
    private static readonly TimeSpan AskWithin = TimeSpan.FromSeconds(8);
    private static readonly Dictionary<string, uint> Types = new()
    {
        ["A"] = 1,
        ["CNAME"] = 5,
        ["PTR"] = 12,
        ["MX"] = 15,
        ["TXT"] = 16,
        ["AAAA"] = 28,
        ["SRV"] = 33,
    };

    private static readonly string[] Codes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

    public static async Task AskAsync(HttpContext http, ApiServices api)
    {
        var state = api.View();
        var name = http.Request.Query["name"].ToString();
        var word = http.Request.Query["type"] is [{ Length: > 0 } given] ? given.ToUpperInvariant() : "A";
        var (task, refusal) = TaskOf(state, http.Request.Query["from"].ToString());
        refusal = name.Length is 0 or > LongestName ? new(RefusalKind.Invalid, $"name: a name of 1 to {LongestName} characters is needed")
            : !Types.TryGetValue(word, out var type) ? new(RefusalKind.Invalid, $"type: '{word}' is none of {string.Join(", ", Types.Keys)}")
            : refusal ?? Unasked(task!);
        if (refusal is not null)
        {
            await Api.Answer.RefuseAsync(http, refusal);
            return;
        }
        var question = new Ask { Name = new() { TaskId = task!.Id.ToString(), Name = name, Type = Types[word] } };
        var (answer, problem) = await api.Ask(task.NodeId, question, AskWithin, http.RequestAborted);
        await (answer?.Name is { } found
            ? Api.Answer.ObjectAsync(http, View(state, task, name, word, found), ApiJson.Default.DnsAnswerView)
            : Api.Answer.RefuseAsync(http, new Problem(503, $"node {NodeOf(state, task)}: {problem ?? "its agent answered something else"}")));
    }

    /// <summary>By id or name, as everywhere; and SERVICE.SLOT is the task that runs in that slot.</summary>
    private static (TaskRecord? Task, Refusal? Refusal) TaskOf(ClusterState state, string reference)
    {
        if (reference.Length == 0)
            return (null, new(RefusalKind.Invalid, "from: the task that asks is needed"));
        var (task, refusal) = Lookup.Task(state, reference);
        var dot = reference.LastIndexOf('.');
        if (task is not null || dot <= 0
            || !ulong.TryParse(reference.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var slot)
            || Lookup.Service(state, reference[..dot]).Found is not { } service)
            return (task, refusal);
        var running = state.TaskRecordsOf(service.Id)
            .Where(one => one.Slot.Number == slot && one.IsAlive).MaxBy(one => (one.State, one.CreatedAt));
        return running is null ? (null, new(RefusalKind.NotFound, $"service {service.Spec.Name} has no task in slot {slot}")) : (running, null);
    }

    private static Refusal? Unasked(TaskRecord task) =>
        task.Addresses.Count == 0 ? new(RefusalKind.Invalid, $"task {task.Name} is on no network of the cluster: it asks its machine's name servers")
        : task.NodeId.IsNone || !task.HoldsResources
            ? new(RefusalKind.Invalid, $"task {task.Name} is {task.State.Word()}: it asks nothing any more, or nothing yet") : null;

    private static DnsAnswerView View(ClusterState state, TaskRecord task, string name, string type, NameAnswer found)
    {
        var records = found.Records.ToLookup(record => record.Extra, record => View(state, record));
        return new()
        {
            Name = name,
            Type = type,
            TaskID = task.Id.ToString(),
            Task = task.Name,
            Node = NodeOf(state, task),
            Server = found.Server,
            Code = found.Code < Codes.Length ? Codes[found.Code] : $"RCODE{found.Code}",
            Authoritative = found.Authoritative,
            Truncated = found.Truncated,
            Forwarded = found.Forwarded,
            Answers = [.. records[false]],
            Extras = [.. records[true]],
        };
    }

    private static DnsRecordView View(ClusterState state, NameRecord record) => new()
    {
        Name = record.Name,
        Type = Types.FirstOrDefault(one => one.Value == record.Type).Key ?? $"TYPE{record.Type}",
        TTL = record.Ttl,
        Value = record.Value,
        Network = Ids.TryParse<NetworkId>(record.NetworkId, out var network) ? state.NetworkOf(network)?.Spec.Name ?? record.NetworkId : null,
        Service = record.Service.Length > 0 ? record.Service : null,
        Task = Ids.TryParse<TaskId>(record.TaskId, out var task) ? state.Tasks.Get(task)?.Name ?? record.TaskId : null,
    };

    private static string NodeOf(ClusterState state, TaskRecord task) =>
        state.Nodes.Get(task.NodeId)?.Description.Hostname is { Length: > 0 } name ? name : task.NodeId.ToString();
}
