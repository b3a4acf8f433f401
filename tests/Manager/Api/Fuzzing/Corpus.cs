using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Tests.Manager.Api.Fuzzing;

/// <summary>A request that is right as it stands; what is made of its body may be anything.</summary>
internal sealed record Seedling(HttpMethod Method, Func<ClusterState, string> Path, string Body);

/// <summary>One or more right requests for everything that the API lets clients change.</summary>
internal static class Corpus
{
    public const string Service = "base";

    private const string FullSpec = """
        {"Name":"fuzzed","Labels":{"team":"blue"},"TaskTemplate":{"ContainerSpec":{"Image":"busybox:latest","Labels":{"c":"d"},
        "Command":["sh","-c"],"Args":["sleep 9"],"Hostname":"h-{{.Task.Slot}}","Env":["A=1","B"],"Dir":"/tmp","User":"1:2","Groups":["7"],
        "Privileges":{"CredentialSpec":null,"SELinuxContext":null},"Init":true,"StopSignal":"SIGINT","TTY":true,"ReadOnly":true,
        "Mounts":[{"Type":"volume","Source":"data","Target":"/data","VolumeOptions":{"NoCopy":true,"Labels":{"a":"b"},
        "DriverConfig":{"Name":"local","Options":{"type":"tmpfs"}}}},{"Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":1048576,"Mode":448}},
        {"Type":"bind","Source":"/x","Target":"/y","BindOptions":{"Propagation":"rslave"}}],"StopGracePeriod":3000000000,
        "Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":7000000000,"Timeout":2000000000,"Retries":4,"StartPeriod":9000000000},
        "Hosts":["10.1.2.3 db"],"DNSConfig":{"Nameservers":["10.0.0.53"],"Search":["example.org"],"Options":["ndots:2"]},
        "Sysctls":{"net.core.somaxconn":"1024"},"CapabilityAdd":["CAP_NET_ADMIN"],"Ulimits":[{"Name":"nofile","Hard":2000,"Soft":1000}]},
        "Resources":{"Limits":{"NanoCPUs":500000000,"MemoryBytes":67108864,"Pids":50},"Reservations":{"NanoCPUs":250000000,
        "MemoryBytes":33554432,"GenericResources":[{"DiscreteResourceSpec":{"Kind":"gpu","Value":1}}]}},
        "RestartPolicy":{"Condition":"on-failure","Delay":3000000000,"MaxAttempts":4,"Window":60000000000},
        "Placement":{"Constraints":["node.role==worker","node.labels.zone != west"],"Preferences":[{"Spread":{"SpreadDescriptor":"node.labels.zone"}}],
        "MaxReplicas":2,"Platforms":[{"Architecture":"amd64","OS":"linux"}]},"Networks":[{"Target":"host","Aliases":["x"]}],
        "LogDriver":{"Name":"json-file","Options":{"max-size":"1m"}},"ForceUpdate":0,"Runtime":"container"},
        "Mode":{"Replicated":{"Replicas":2}},"UpdateConfig":{"Parallelism":2,"Delay":5000000000,"FailureAction":"rollback","Monitor":7000000000,
        "MaxFailureRatio":0.25,"Order":"start-first"},"RollbackConfig":{"Parallelism":3,"Order":"stop-first"},
        "EndpointSpec":{"Mode":"vip","Ports":[{"Protocol":"tcp","TargetPort":80,"PublishedPort":8080,"PublishMode":"host"}]}}
        """;

    private const string JobSpec = """
        {"Name":"fuzzed-job","TaskTemplate":{"ContainerSpec":{"Image":"busybox"}},"Mode":{"ReplicatedJob":{"MaxConcurrent":2,"TotalCompletions":3}}}
        """;

    public static readonly IReadOnlyList<Seedling> All =
    [
        Post(_ => "/services/create", FullSpec),
        Post(_ => "/services/create", JobSpec),
        Post(_ => "/v1.24/services/create", """{"Name":"old","TaskTemplate":{"ContainerSpec":{"Image":"a"}},"Networks":[{"Target":"host"}]}"""),
        Post(state => $"/services/{Service}/update?version={VersionOf(state)}", FullSpec.Replace("fuzzed", Service, StringComparison.Ordinal)),
        Post(state => $"/nodes/{ApiHost.Self}/update?version={state.Nodes.Get(ApiHost.Self)!.Version}",
            """{"Name":"","Labels":{"zone":"east","disk":"ssd"},"Role":"manager","Availability":"drain"}"""),
        Post(_ => "/secrets/create", """{"Name":"fuzzed","Labels":{"a":"b"},"Data":"aHVudGVyMg==","Templating":{"Name":"golang","Options":{}}}"""),
        Post(_ => "/configs/create", """{"Name":"fuzzed","Labels":{"a":"b"},"Data":"aHVudGVyMg=="}"""),
        Post(state => $"/configs/base/update?version={state.Files.Values.First(file => file.Kind == FileKind.Config).Version}",
            """{"Name":"base","Labels":{"a":"c"}}"""),
        Post(_ => "/orch/v1/configs/base/replace?version=1", """{"Data":"aHVudGVyMg==","Labels":{"a":"b"}}"""),
        Post(_ => "/networks/create", """
            {"Name":"fuzzed","Driver":"overlay","Scope":"swarm","CheckDuplicate":true,"EnableIPv6":false,"Internal":true,"Attachable":true,
            "Ingress":false,"ConfigOnly":false,"ConfigFrom":null,"Options":{"encrypted":""},"Labels":{"a":"b"},"IPAM":{"Driver":"default",
            "Options":{},"Config":[{"Subnet":"10.7.0.0/24","IPRange":"10.7.0.128/25","Gateway":"10.7.0.1","AuxiliaryAddresses":{"h":"10.7.0.5"}}]}}
            """),
        Post(state => $"/swarm/update?version={state.Cluster!.Version}&rotateWorkerToken=false&rotateManagerToken=false", """
            {"Name":"default","Labels":{},"Orchestration":{"TaskHistoryRetentionLimit":5},"Raft":{"SnapshotInterval":10000,"KeepOldSnapshots":0,
            "LogEntriesForSlowFollowers":500,"ElectionTick":10,"HeartbeatTick":1},"Dispatcher":{"HeartbeatPeriod":500000000},
            "CAConfig":{"NodeCertExpiry":7776000000000000},"TaskDefaults":{},"EncryptionConfig":{"AutoLockManagers":false}}
            """),
        Post(_ => "/orch/v1/registries", """{"username":"me","password":"x","serveraddress":"registry.example:5000"}"""),
        Post(_ => "/orch/v1/api-tokens", """{"Name":"fuzzed","Role":"viewer","ExpiresIn":3600000000000}"""),
    ];

    private static ulong VersionOf(ClusterState state) =>
        state.ServicesByName.TryGet(Service, out var id) ? state.Services.Get(id)!.Version : 0;

    private static Seedling Post(Func<ClusterState, string> path, string body) => new(HttpMethod.Post, path, body);
}
