using Orch.Stacks;
using Orch.Stacks.Conversion;

namespace Orch.Tests.Stacks;

/// <summary>What the manager would refuse is said of the file, before anything is sent.</summary>
public sealed class PlanCheckTests
{
    private static ProblemList Problems(string service, string secret = "{content: k}")
    {
        var files = Files.Of($"services:\n  web:\n    image: busybox\n    {service}\nsecrets:\n  key: {secret}\nnetworks: {{back: {{internal: true}}}}\n");
        var (file, problems) = files.Load();
        var plan = new StackConverter(file, "shop", files.Read, problems).Convert();
        PlanChecks.Check(file, plan, problems);
        return problems;
    }

    [Theory]
    [InlineData("ports: [{target: 80, published: 8080, mode: host}]")]
    [InlineData("ports: ['8080:80', '53:53/udp', '8000-8005:80-85', 443]")]
    [InlineData("networks: [back, default]")]
    [InlineData("secrets: [key]")]
    public void What_the_manager_takes_is_no_error(string service) => Assert.Empty(Problems(service).Errors);

    [Theory]
    [InlineData("{content: k, name: 'two words'}", "invalid name")]
    [InlineData("{driver: vault}", "plugin \"vault\" not found")]
    [InlineData("{content: k, template_driver: jinja}", "template driver \"jinja\" is not known")]
    public void A_secret_that_the_manager_refuses_is_an_error_at_its_place(string secret, string message)
    {
        var problem = Assert.Single(Problems("secrets: [key]", secret).Errors).ToString();
        Assert.StartsWith($"stack.yml:6:3: secrets.key: {message}", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_managers_rules_are_asked_before_anything_is_sent()
    {
        var problem = Assert.Single(Problems("deploy: {placement: {constraints: [node.role]}}").Errors).ToString();
        Assert.StartsWith("stack.yml:2:3: services.web: ", problem, StringComparison.Ordinal);
    }
}
