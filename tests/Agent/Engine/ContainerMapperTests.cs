using System.Text.Json;
using Orch.Agent.Engine;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Agent.Engine;

public sealed class ContainerMapperTests
{
    private static string Map(string template, params EnginePort[] ports) => JsonSerializer.Serialize(
        ContainerMapper.Map(new()
        {
            Cluster = new ClusterId(1),
            Node = new NodeId(2),
            Task = new TaskId(3),
            TaskName = "web.1.x",
            ServiceId = "svc",
            ServiceName = "web",
            SpecVersion = 7,
            HostPorts = ports,
            Template = JsonSerializer.Deserialize(template, SpecJson.Default.TaskTemplate)!,
        }), EngineJson.Default.ContainerCreate);

    private static JsonElement Body(string template, params EnginePort[] ports) =>
        JsonDocument.Parse(Map(template, ports)).RootElement;

    [Fact]
    public void The_smallest_spec_says_nothing_it_need_not()
    {
        Assert.Equal(
            """{"Image":"nginx","StopTimeout":10,"Labels":{"com.docker.swarm.node.id":"0000000000000000000000002","com.docker.swarm.service.id":"svc","com.docker.swarm.service.name":"web","com.docker.swarm.task":"","com.docker.swarm.task.id":"0000000000000000000000003","com.docker.swarm.task.name":"web.1.x","orch.cluster":"0000000000000000000000001","orch.service":"svc","orch.spec-version":"7","orch.task":"0000000000000000000000003"},"HostConfig":{"RestartPolicy":{"Name":"no"}}}""",
            Map("""{"ContainerSpec":{"Image":"nginx"}}"""));
    }

    [Fact]
    public void Everything_of_a_container_arrives_under_the_engine_s_names()
    {
        var body = Body("""
            {"ContainerSpec":{"Image":"i","Command":["sh","-c"],"Args":["a"],"Env":["K=V"],"Dir":"/w","User":"u","Groups":["g"],
             "Hostname":"h","TTY":true,"OpenStdin":true,"ReadOnly":true,"Init":true,"StopSignal":"SIGINT","StopGracePeriod":1500000000,
             "Hosts":["10.0.0.1 a b"],"DNSConfig":{"Nameservers":["1.1.1.1"],"Search":["s"],"Options":["o"]},
             "Sysctls":{"k":"v"},"CapabilityAdd":["CAP_NET_ADMIN"],"CapabilityDrop":["CAP_CHOWN"],
             "Ulimits":[{"Name":"nofile","Hard":2,"Soft":1}],"OomScoreAdj":5,"Privileges":{"NoNewPrivileges":true},
             "Healthcheck":{"Test":["CMD","true"],"Interval":1000000000}},
             "Resources":{"Limits":{"NanoCPUs":500000000,"MemoryBytes":1000,"Pids":9},"Reservations":{"MemoryBytes":500}},
             "LogDriver":{"Name":"json-file","Options":{"max-size":"1m"}}}
            """);
        var host = body.GetProperty("HostConfig");

        Assert.Equal("""["sh","-c"]""", body.GetProperty("Entrypoint").GetRawText());
        Assert.Equal("""["a"]""", body.GetProperty("Cmd").GetRawText());
        Assert.Equal(2, body.GetProperty("StopTimeout").GetInt32());
        Assert.Equal("/w", body.GetProperty("WorkingDir").GetString());
        Assert.Equal("""{"Test":["CMD","true"],"Interval":1000000000}""", body.GetProperty("Healthcheck").GetRawText());
        Assert.Equal(
            """{"RestartPolicy":{"Name":"no"},"GroupAdd":["g"],"CapAdd":["CAP_NET_ADMIN"],"CapDrop":["CAP_CHOWN"],"Dns":["1.1.1.1"],"DnsSearch":["s"],"DnsOptions":["o"],"ExtraHosts":["a:10.0.0.1","b:10.0.0.1"],"SecurityOpt":["no-new-privileges"],"Sysctls":{"k":"v"},"Ulimits":[{"Name":"nofile","Hard":2,"Soft":1}],"Init":true,"ReadonlyRootfs":true,"OomScoreAdj":5,"NanoCpus":500000000,"Memory":1000,"MemoryReservation":500,"PidsLimit":9,"LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}}}""",
            host.GetRawText());
    }

    [Fact]
    public void Swap_is_counted_together_with_memory_and_privileges_become_security_options()
    {
        var host = Body("""
            {"ContainerSpec":{"Image":"i","Privileges":{"SELinuxContext":{"Type":"t","Level":"l"},"Seccomp":{"Mode":"custom","Profile":"e30="},
              "AppArmor":{"Mode":"disabled"},"NoNewPrivileges":true}},
             "Resources":{"Limits":{"MemoryBytes":1000},"Reservations":{"MemoryBytes":5000},"SwapBytes":500,"MemorySwappiness":0},
             "LogDriver":{"Options":{"max-size":"1m"}}}
            """).GetProperty("HostConfig");

        Assert.Equal((1500, 0), (host.GetProperty("MemorySwap").GetInt64(), host.GetProperty("MemorySwappiness").GetInt64()));
        Assert.Equal(1000, host.GetProperty("MemoryReservation").GetInt64());
        Assert.Equal("""["label=type:t","label=level:l","seccomp={}","apparmor=unconfined","no-new-privileges"]""",
            host.GetProperty("SecurityOpt").GetRawText());
        Assert.Equal("""{"Type":"","Config":{"max-size":"1m"}}""", host.GetProperty("LogConfig").GetRawText());
    }

    [Fact]
    public void What_only_docker_run_can_ask_of_a_machine_can_be_asked_too()
    {
        var host = Body("""
            {"ContainerSpec":{"Image":"i","Privileges":{"NoNewPrivileges":true},"HostConfig":{"Privileged":true,"Devices":[{"PathOnHost":"/dev/fuse"}],
              "ShmSize":5,"PidMode":"host","SecurityOpt":["seccomp=unconfined"],"StorageOpt":{"size":"1G"},"CpusetCpus":"0"}}}
            """).GetProperty("HostConfig");

        Assert.Equal("""[{"PathOnHost":"/dev/fuse","PathInContainer":"/dev/fuse","CgroupPermissions":"rwm"}]""", host.GetProperty("Devices").GetRawText());
        Assert.Equal("""["no-new-privileges","seccomp=unconfined"]""", host.GetProperty("SecurityOpt").GetRawText());
        Assert.Equal((true, 5, "host", "0"), (host.GetProperty("Privileged").GetBoolean(), host.GetProperty("ShmSize").GetInt64(),
            host.GetProperty("PidMode").GetString(), host.GetProperty("CpusetCpus").GetString()));
    }

    [Fact]
    public void Generic_resources_are_in_the_environment()
    {
        var created = ContainerMapper.Map(new()
        {
            Cluster = new ClusterId(1),
            Node = new NodeId(2),
            Task = new TaskId(3),
            TaskName = "web.1.x",
            ServiceId = "svc",
            ServiceName = "web",
            SpecVersion = 7,
            Template = new() { ContainerSpec = new() { Image = "i", Env = ["A=1"] } },
            Resources = [("gpu", "u1"), ("ssd", "3"), ("gpu", "u2")],
        });

        Assert.Equal(["A=1", "DOCKER_RESOURCE_GPU=u1,u2", "DOCKER_RESOURCE_SSD=3"], created.Env!);
    }

    [Fact]
    public void Mounts_of_every_type_are_passed_on_with_what_is_not_known_here()
    {
        var mounts = Body("""
            {"ContainerSpec":{"Image":"i","Mounts":[
              {"Type":"bind","Source":"/a","Target":"/b","ReadOnly":true,"BindOptions":{"Propagation":"rslave"}},
              {"Source":"v","Target":"/v","VolumeOptions":{"NoCopy":true,"DriverConfig":{"Name":"local"}}},
              {"Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":10,"Mode":1023}},
              {"Type":"image","Source":"x","Target":"/x","ImageOptions":{"Subpath":"s"}}]}}
            """).GetProperty("HostConfig").GetProperty("Mounts");

        Assert.Equal("rslave", mounts[0].GetProperty("BindOptions").GetProperty("Propagation").GetString());
        Assert.Equal("volume", mounts[1].GetProperty("Type").GetString());
        Assert.Equal(1023, mounts[2].GetProperty("TmpfsOptions").GetProperty("Mode").GetInt32());
        Assert.Equal("s", mounts[3].GetProperty("ImageOptions").GetProperty("Subpath").GetString());
    }

    [Fact]
    public void Host_ports_are_bound_and_zero_is_left_to_the_engine()
    {
        var body = Body(
            """{"ContainerSpec":{"Image":"i"}}""", new("tcp", 80, 8080), new("tcp", 80, 8081), new("udp", 53, 0));

        Assert.Equal("""{"80/tcp":{},"53/udp":{}}""", body.GetProperty("ExposedPorts").GetRawText());
        Assert.Equal(
            """{"53/udp":[{"HostPort":""}],"80/tcp":[{"HostPort":"8080"},{"HostPort":"8081"}]}""",
            body.GetProperty("HostConfig").GetProperty("PortBindings").GetRawText());
    }

    [Fact]
    public void A_user_s_label_cannot_hide_a_container_from_its_agent()
    {
        var labels = Body("""{"ContainerSpec":{"Image":"i","Labels":{"orch.task":"mine","a":"b"}}}""").GetProperty("Labels");

        Assert.Equal(new TaskId(3).ToString(), labels.GetProperty("orch.task").GetString());
        Assert.Equal("b", labels.GetProperty("a").GetString());
    }

    [Theory]
    [InlineData("host")]
    [InlineData("none")]
    public void A_network_of_the_machine_is_its_network_mode(string name)
    {
        var body = Body($$"""{"ContainerSpec":{"Image":"i"},"Networks":[{"Target":"{{name}}"}]}""");

        Assert.Equal(name, body.GetProperty("HostConfig").GetProperty("NetworkMode").GetString());
    }
}
