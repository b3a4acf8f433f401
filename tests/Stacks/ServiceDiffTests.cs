using Orch.Core.Model.Specs;
using Orch.Stacks.Changes;
using Orch.Stacks.Conversion;

namespace Orch.Tests.Stacks;

public sealed class ServiceDiffTests
{
    private static ServiceSpec Spec(string service)
    {
        var files = Files.Of($"services:\n  web:\n    image: busybox\n{string.Concat(service.Split('\n').Select(line => $"    {line}\n"))}");
        var (file, problems) = files.Load();
        var plan = new StackConverter(file, "shop", files.Read, problems).Convert();
        Assert.Empty(problems.Errors);
        return plan.Services.Single().Spec;
    }

    private static ServiceSpec Pinned(ServiceSpec spec, string digest, params string[] architectures) => spec with
    {
        TaskTemplate = spec.TaskTemplate! with
        {
            ContainerSpec = spec.TaskTemplate.ContainerSpec! with { Image = $"busybox:latest@{digest}" },
            Placement = new() { Platforms = [.. architectures.Select(name => new PlatformSpec { Architecture = name, OS = "linux" })] },
        },
    };

    [Fact]
    public void Words_that_are_joined_or_split_differently_are_a_change()
    {
        var change = ServiceDiff.Of(Spec("command: [sh, -c, a b]"), Spec("command: [sh, -c, a, b]"));

        Assert.Equal((ChangeKind.Update, true), (change.Kind, change.ReplacesTasks));
        Assert.Equal(new KeyChange("command", """["sh","-c","a b"]""", """["sh","-c","a","b"]"""), Assert.Single(change.Keys));
    }

    [Theory]
    [InlineData("{target: 53, published: 53, protocol: tcp, mode: host}", "{target: 53, published: 53, protocol: udp, mode: host}")]
    [InlineData("{target: 53, published: 53, mode: host}", "{target: 53, published: 54, mode: host}")]
    public void A_port_is_not_hidden_by_another_of_the_same_target(string one, string other)
    {
        var both = Spec($"ports: [{one}, {other}]");
        foreach (var left in new[] { one, other })
        {
            Assert.Equal(ChangeKind.Update, ServiceDiff.Of(both, Spec($"ports: [{left}]")).Kind);
            Assert.NotEmpty(ServiceDiff.Of(both, Spec($"ports: [{left}]")).Keys);
        }
        Assert.Equal(ChangeKind.None, ServiceDiff.Of(both, Spec($"ports: [{other}, {one}]")).Kind);
    }

    [Fact]
    public void Another_order_of_variables_and_constraints_is_no_change()
    {
        var spec = Spec("environment: {A: 1, B: 2}\ndeploy: {placement: {constraints: [node.role==worker, node.labels.a==b]}}");
        var template = spec.TaskTemplate!;
        var turned = spec with
        {
            TaskTemplate = template with
            {
                ContainerSpec = template.ContainerSpec! with { Env = ["B=2", "A=1"] },
                Placement = new() { Constraints = [.. Enumerable.Reverse(template.Placement!.Constraints!)] },
            },
        };
        Assert.Equal(ChangeKind.None, ServiceDiff.Of(turned, spec).Kind);
    }

    [Fact]
    public void A_global_service_is_no_global_job()
    {
        var change = ServiceDiff.Of(Spec("deploy: {mode: global}"), Spec("deploy: {mode: global-job}"));

        Assert.Equal(ChangeKind.Update, change.Kind);
        Assert.NotEmpty(change.Keys);
    }

    [Fact]
    public void Platforms_stay_with_the_digest_they_were_found_with()
    {
        var wanted = Spec("stop_signal: SIGINT");
        var running = Pinned(wanted, "sha256:d1", "arm64");

        Assert.Equal(ChangeKind.None, ServiceDiff.Of(running, wanted).Kind);
        Assert.Equal("arm64", Assert.Single(ServiceDiff.Carry(running, wanted).TaskTemplate!.Placement!.Platforms!).Architecture);
        Assert.Equal("amd64", Assert.Single(ServiceDiff.Carry(running, Pinned(wanted, "sha256:d2", "amd64")).TaskTemplate!.Placement!.Platforms!).Architecture);
    }

    [Fact]
    public void A_deadline_that_the_file_does_not_speak_of_stays()
    {
        var running = Spec("deploy: {update_config: {parallelism: 2, progress_deadline: 1m}, rollback_config: {progress_deadline: 0s}}");
        Assert.Equal((60_000_000_000L, 0L), (running.UpdateConfig!.ProgressDeadline!.Value, running.RollbackConfig!.ProgressDeadline!.Value));

        Assert.Equal(ChangeKind.None, ServiceDiff.Of(running, Spec("deploy: {update_config: {parallelism: 2}, rollback_config: {}}")).Kind);
        var carried = ServiceDiff.Carry(running, Spec("deploy: {update_config: {parallelism: 3}}"));
        Assert.Equal((3UL, 60_000_000_000L), (carried.UpdateConfig!.Parallelism!.Value, carried.UpdateConfig.ProgressDeadline!.Value));

        var changed = ServiceDiff.Of(running, Spec("deploy: {update_config: {parallelism: 2, progress_deadline: 2m}, rollback_config: {}}"));
        Assert.Equal("deploy.update_config.progress_deadline", Assert.Single(changed.Keys).Key);
        Assert.False(changed.ReplacesTasks);
    }
}
