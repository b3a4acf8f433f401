using System.Text;
using Orch.Core.Commands;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Tests.Core.Commands;

/// <summary>What a container spec may say, and what is refused because no machine could do it.</summary>
public sealed class ContainerRuleTests
{
    private static string? Refusal(string container, string? resources = null, string labels = "{}") => Decide.For(
        new ClusterState(),
        new CreateService(SpecJson.ReadService(Encoding.UTF8.GetBytes(
            $$$"""{"Name":"web","Labels":{{{labels}}},"TaskTemplate":{"ContainerSpec":{"Image":"a",{{{container}}} },"Resources":{{{resources ?? "null"}}} } }"""))),
        new(default, () => 1)).Refusal?.Message;

    [Theory]
    [InlineData("\"Hostname\":\"{{.Nope}}\"", "expanding hostname failed: can't evaluate field Nope")]
    [InlineData("\"Env\":[\"A={{\"]", "expanding env failed: expanding env \"A={{\": ")]
    [InlineData("\"Mounts\":[{\"Source\":\"{{.Task.Nope}}\",\"Target\":\"/a\"}]", "expanding mounts failed: expanding mount source")]
    [InlineData("\"Mounts\":[{\"Source\":\"a\",\"Target\":\"/{{.Task.Slot}}\"},{\"Source\":\"b\",\"Target\":\"/1\"}]", "duplicate mount point")]
    [InlineData("\"Privileges\":{\"CredentialSpec\":{\"Config\":\"x\"}}", "credential specs are for Windows")]
    [InlineData("\"Privileges\":{\"Seccomp\":{\"Mode\":\"open\"}}", "invalid seccomp mode \"open\"")]
    [InlineData("\"Isolation\":\"hyperv\"", "isolation hyperv is for Windows")]
    [InlineData("\"Mounts\":[{\"Type\":\"npipe\",\"Source\":\"a\",\"Target\":\"/a\"}]", "mount type npipe is for Windows")]
    [InlineData("\"Healthcheck\":{\"Interval\":10}", "Interval in HealthConfig cannot be less than 1ms")]
    [InlineData("\"Healthcheck\":{\"Retries\":-1}", "Retries in HealthConfig cannot be negative")]
    [InlineData("\"OomScoreAdj\":1001", "not between -1000 and 1000")]
    public void What_cannot_be_done_is_refused_with_words(string container, string words) =>
        Assert.Contains(words, Refusal(container), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"Hostname\":\"{{.Service.Name}}-{{.Task.Slot}}\",\"Env\":[\"L={{.Service.Labels.a}}\",\"M={{index .Service.Labels \\\"b.c\\\"}}\"]")]
    [InlineData("\"Mounts\":[{\"Source\":\"data-{{.Task.Slot}}\",\"Target\":\"/data\"}],\"Env\":[\"N={{.Node.Hostname}}/{{.Node.Platform.OS}}\"]")]
    [InlineData("\"Privileges\":{\"CredentialSpec\":null,\"SELinuxContext\":null},\"Isolation\":\"default\"")]
    public void What_can_be_done_is_taken(string container) =>
        Assert.Null(Refusal(container, labels: "{\"a\":\"1\"}"));

    [Theory]
    [InlineData("""{"SwapBytes":10}""", "give --limit-memory too")]
    [InlineData("""{"Limits":{"MemoryBytes":8388608},"SwapBytes":-2}""", "invalid swap value")]
    [InlineData("""{"MemorySwappiness":101}""", "invalid memory swappiness")]
    [InlineData("""{"Reservations":{"GenericResources":[{"NamedResourceSpec":{"Kind":"gpu","Value":"a"}}]}}""", "invalid argument for resource gpu")]
    [InlineData("""{"Reservations":{"GenericResources":[{"DiscreteResourceSpec":{"Kind":"gpu","Value":0}}]}}""", "a number of at least 1")]
    [InlineData("""{"Limits":{"MemoryBytes":8388608},"SwapBytes":-1,"MemorySwappiness":-1}""", null)]
    public void Resources_are_judged(string resources, string? words)
    {
        var refusal = Refusal("\"TTY\":false", resources);
        if (words is null)
            Assert.Null(refusal);
        else
            Assert.Contains(words, refusal, StringComparison.Ordinal);
    }
}
