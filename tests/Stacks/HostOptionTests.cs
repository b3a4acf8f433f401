using Orch.Core.Model.Specs;
using Orch.Stacks;
using Orch.Stacks.Changes;
using Orch.Stacks.Conversion;

namespace Orch.Tests.Stacks;

/// <summary>What a service asks of its machines beyond Docker's spec (good/host-options.yml has every key).</summary>
public sealed class HostOptionTests
{
    private static (ServiceSpec Spec, ProblemList Problems) Read(string service, string? second = null)
    {
        var files = Files.Of($"services: {{web: {{image: a{service}}}}}");
        var (file, problems) = second is null ? files.Load()
            : files.With("second.yml", $"services: {{web: {{{second}}}}}").Load("stack.yml", "second.yml");
        var plan = new StackConverter(file, "shop", files.Read, problems).Convert();
        PlanChecks.Check(file, plan, problems);
        Assert.Empty(problems.Errors);
        return (plan.Services.Single().Spec, problems);
    }

    private static ServiceSpec Spec(string service) => Read(service).Spec;

    private static HostSettings? Host(ServiceSpec spec) => spec.TaskTemplate!.ContainerSpec!.HostConfig;

    [Theory]
    [InlineData(", pid: 'service:db'", "services.web.pid service:db is not honoured")]
    [InlineData(", ipc: 'container:db'", "services.web.ipc container:db is not honoured")]
    [InlineData(", devices: [nvidia.com/gpu=all]", "services.web.devices[0]: device 'nvidia.com/gpu=all' is not honoured")]
    [InlineData(", security_opt: [systempaths=unconfined]", "security_opt systempaths=unconfined is not honoured")]
    public void What_no_machine_of_a_cluster_can_give_is_warned_of_and_left_out(string service, string warning)
    {
        var (spec, problems) = Read(service);
        Assert.Null(Host(spec));
        Assert.Contains(warning, Assert.Single(problems.Warnings).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_of_another_file_takes_the_place_of_one_at_the_same_path() =>
        Assert.Equal(["/dev/zero at /dev/a", "/dev/b at /dev/b"], Host(Read(
                ", devices: ['/dev/null:/dev/a']", "devices: ['/dev/zero:/dev/a', /dev/b]").Spec)!
            .Devices!.Select(device => $"{device.PathOnHost} at {device.PathInContainer}"));

    [Fact]
    public void A_change_names_the_files_keys_and_replaces_tasks()
    {
        var change = ServiceDiff.Of(Spec(""), Spec(", privileged: true, pid: host, userns_mode: host"));
        Assert.True(change.ReplacesTasks);
        Assert.Equal(["pid", "privileged", "userns_mode"], change.Keys.Select(key => key.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_the_file_asks_for_no_more_is_taken_away_once()
    {
        var (running, wanted) = (Spec(", privileged: true"), Spec(""));
        Assert.Equal("privileged", Assert.Single(ServiceDiff.Of(running, wanted).Keys).Key);

        var sent = ServiceDiff.Carry(running, wanted);
        Assert.Contains("\"HostConfig\":{}", System.Text.Encoding.UTF8.GetString(SpecJson.Write(sent)), StringComparison.Ordinal);
        Assert.Equal(ChangeKind.None, ServiceDiff.Of(sent, wanted).Kind);
    }
}
