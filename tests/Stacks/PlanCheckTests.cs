using Orch.Stacks;
using Orch.Stacks.Conversion;

namespace Orch.Tests.Stacks;

/// <summary>What the manager would refuse is said of the file, before anything is sent.</summary>
public sealed class PlanCheckTests
{
    private static ProblemList Problems(string service, string secret = "{content: k}", string back = "{internal: true}")
    {
        var files = Files.Of($"services:\n  web:\n    image: busybox\n    {service}\nsecrets:\n  key: {secret}\nnetworks:\n  back: {back}\n  host: {{external: true}}\n");
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

    [Theory]
    [InlineData("{driver: macvlan}", "a network of the driver macvlan is one machine's own")]
    [InlineData("{driver: nosuch}", "plugin \"nosuch\" not found")]
    [InlineData("{enable_ipv6: true}", "IPv6 in networks is not supported")]
    [InlineData("{ipam: {config: [{subnet: 10.1.0.0/24, gateway: 10.2.0.1}]}}", "gateway 10.2.0.1 is no address of subnet 10.1.0.0/24")]
    [InlineData("{ipam: {config: [{subnet: 10.1.0.0/24}, {subnet: 10.2.0.0/24}]}}", "a network of 2 subnets is not supported")]
    public void A_network_that_the_manager_refuses_is_an_error_at_its_place(string network, string message)
    {
        var problem = Assert.Single(Problems("networks: [back]", back: network).Errors).ToString();
        Assert.StartsWith($"stack.yml:8:3: networks.back: {message}", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{networks: [host], ports: ['8080:80']}", "EndpointSpec: port published with ingress mode can't be used with network host")]
    [InlineData("{network_mode: none, ports: ['8080:80']}", "EndpointSpec: port published with ingress mode can't be used with network none")]
    [InlineData("{networks: [host, back]}", "network host cannot be combined with other networks")]
    public void Networks_that_do_not_go_together_are_an_error_of_the_service(string service, string message)
    {
        var problem = Assert.Single(Problems("<<: " + service).Errors).ToString();
        Assert.StartsWith($"stack.yml:2:3: services.web: {message}", problem, StringComparison.Ordinal);
    }
}
