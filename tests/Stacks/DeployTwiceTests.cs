using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Stacks.Changes;
using Orch.Stacks.Conversion;

namespace Orch.Tests.Stacks;

/// <summary>What a manager completes of a spec that it keeps is no reason to deploy it again, for any file in good/.</summary>
public sealed class DeployTwiceTests
{
    public static TheoryData<string> Cases => [.. GoodFiles.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_deployed_twice_changes_nothing(string name)
    {
        var files = GoodFiles.Given(name);
        var (file, problems) = files.Load();
        foreach (var service in new StackConverter(file, "demo", files.Read, problems).Convert().Services)
        {
            var wanted = Accepted(service.Spec);
            Assert.Equal([], ServiceDiff.Of(Stored(wanted), wanted).Keys);
            Assert.Equal(ChangeKind.None, ServiceDiff.Of(Stored(wanted), wanted).Kind);
        }
    }

    /// <summary>Without what this version refuses, and without the files, whose ids only a cluster has.</summary>
    private static ServiceSpec Accepted(ServiceSpec spec) => spec with
    {
        EndpointSpec = spec.EndpointSpec! with { Ports = spec.EndpointSpec.Ports?.ConvertAll(port => port with { PublishMode = "host" }) },
        TaskTemplate = spec.TaskTemplate! with
        {
            Networks = spec.TaskTemplate.Networks?.Where(network => network.Target is "host" or "none" or "bridge").ToList(),
            ContainerSpec = spec.TaskTemplate.ContainerSpec! with { Secrets = null, Configs = null },
        },
    };

    /// <summary>As the manager keeps it and gives it back.</summary>
    private static ServiceSpec Stored(ServiceSpec spec)
    {
        var sent = SpecJson.ReadService(SpecJson.Write(spec));
        var decision = Decide.For(new ClusterState(), new CreateService(sent), new StepContext(default, () => 1));
        Assert.Null(decision.Refusal);
        return SpecJson.ReadService(SpecJson.Write(decision.Events.OfType<ServiceCreated>().Single().Spec));
    }
}
