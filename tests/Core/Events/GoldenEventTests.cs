using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Events;

/// <summary>
/// What is stored stays readable for ever: one file for each kind of event, as the first version that knew it wrote it.
/// A new kind adds a file (run with ORCH_WRITE_GOLDEN=1); a file that exists is never written again.
/// </summary>
public sealed class GoldenEventTests
{
    private static readonly Timestamp _at = new(1_767_323_045_000_000_000);
    private static readonly UInt128 _one = new(0x0123456789ABCDEF, 0xFEDCBA9876543210);

    private static readonly ServiceSpec _spec = new()
    {
        Name = "web",
        Labels = new() { ["team"] = "blue" },
        Mode = new() { Replicated = new() { Replicas = 0 } },
        TaskTemplate = new() { ContainerSpec = new() { Image = "app:1", Env = ["A=1"] }, ForceUpdate = 0 },
    };

    private static readonly ClusterEvent[] _events =
    [
        new ClusterCreated(new(_one), _at),
        new ClusterSecretsSet([1, 2, 3], _at),
        new ClusterSettingsSet(new() { TaskHistoryLimit = 0 }, _at),
        new NodeJoined(new(_one), new() { Labels = new() { ["a"] = "b" } }, "host", "10.0.0.1", _at),
        new NodeSpecSet(new(_one), new() { Availability = NodeAvailability.Drain }, _at),
        new NodeDescribed(new(_one), new() { Hostname = "host", NanoCpus = 4_000_000_000, MemoryBytes = 1 << 30 }, "", _at),
        new NodeStateSet(new(_one), NodeState.Down, "heartbeat failure", _at),
        new NodeRemoved(new(_one)),
        new NodeManagerAddrSet(new(_one), "10.0.0.1:2378", _at),
        new ServiceCreated(new(_one), _spec, [], _at),
        new ServiceUpdated(new(_one), _spec, [new() { TargetPort = 80, PublishedPort = 8080, PublishMode = "host" }], true,
            new() { State = UpdateState.Updating, StartedAt = _at, Message = "update in progress" }, _at),
        new ServiceUpdateProgressed(new(_one),
            new() { State = UpdateState.Paused, StartedAt = _at, Message = "update paused", Failures = 2 }, _at),
        new ServiceRemoved(new(_one)),
        new TaskCreated(new(_one), new(_one), 1, default, 7, TaskState.Ready, _at,
            new() { Streak = 3, Attempts = 2, InWindow = [_at] }, _at),
        new TaskAssigned(new(_one), new(_one), _at),
        new TaskDesiredSet(new(_one), TaskState.Shutdown, _at),
        new TaskRemoved(new(_one)),
        new RegistryLoggedIn("registry.example:5000", "me", "e30=", _at),
        new RegistryLoggedOut("registry.example:5000"),
        new ServiceRegistryAuthSet(new(_one), "e30=", _at),
        new ApiTokenCreated(new() { Name = "ci", Key = "abc", Hash = [1, 2], Role = ApiRole.Operator, CreatedAt = _at, ExpiresAt = _at }),
        new ApiTokenRemoved("ci"),
        new TaskResult(new(_one), new() { State = TaskState.Failed, At = default, ExitCode = 0, Error = "task: non-zero exit (1)" }, _at),
        new FileCreated(new(_one), FileKind.Secret,
            new() { Name = "db", Labels = new() { ["a"] = "b" }, Data = [0, 255], Templating = new() { Name = "golang" } }, _at, new(_one), "db.v1"),
        new NetworkCreated(new(_one), new() { Name = "front", Driver = "overlay", Attachable = true, Labels = new() { ["a"] = "b" } },
            [new("10.128.0.0/20", "10.128.0.1", "10.128.8.0/21")], 4097, _at),
        new NetworkRemoved(new(_one)),
        new NodeNetworkAdded(new(_one), new(_one), "10.128.0.2", _at),
        new NodeNetworkRemoved(new(_one), new(_one), _at),
        new FileLabelsSet(new(_one), new() { ["a"] = "c" }, _at),
        new FileRemoved(new(_one)),
    ];

    [Fact]
    public void Every_kind_reads_the_file_of_its_first_version_and_loses_nothing_of_it()
    {
        foreach (var e in _events)
        {
            var kind = EventCodec.KindOf(e);
            var file = Path.Combine(Folder(), $"{kind:D2}-{e.GetType().Name}.json");
            if (!File.Exists(file) && Environment.GetEnvironmentVariable("ORCH_WRITE_GOLDEN") == "1")
                File.WriteAllBytes(file, EventCodec.Encode(e));
            var read = EventCodec.Decode(kind, File.ReadAllBytes(file));
            Assert.Equal(Encoding.UTF8.GetString(EventCodec.Encode(e)), Encoding.UTF8.GetString(EventCodec.Encode(read)));
        }
    }

    [Fact]
    public void Every_durable_kind_has_a_file()
    {
        var durable = typeof(ClusterEvent).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ClusterEvent)) && type != typeof(TaskProgress) && type != typeof(NodeUnconfirmed));
        Assert.Equal(durable.Select(type => type.Name).Order(), _events.Select(e => e.GetType().Name).Order());
    }

    [Fact]
    public void An_unknown_kind_says_that_a_newer_version_wrote_it()
    {
        var error = Assert.Throws<JsonException>(() => EventCodec.Decode(999, "{}"u8));
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
    }

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "golden");
}
