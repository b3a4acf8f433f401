using System.Text.Json;
using Orch.Cli.Output;
using Orch.Cli.Output.Templates;
using Orch.Cli.Parsing;

namespace Orch.Tests.Cli;

public sealed class FormatTests
{
    private static readonly JsonElement Root = JsonDocument.Parse("""
        {"ID":"abc","Spec":{"Name":"web","Labels":{"team":"a","env.x":"y"},"Args":["sh","-c"],"N":3,"On":true,"Empty":[]}}
        """).RootElement;

    [Theory]
    [InlineData("{{.ID}}", "abc")]
    [InlineData("{{.Spec.Name}}: {{.Spec.N}}", "web: 3")]
    [InlineData("{{json .Spec.Args}}", "[\"sh\",\"-c\"]")]
    [InlineData("{{join .Spec.Args \" \"}}", "sh -c")]
    [InlineData("{{.Spec.Name | upper}}", "WEB")]
    [InlineData("{{upper .Spec.Name | printf \"<%-5s>\"}}", "<WEB  >")]
    [InlineData("{{index .Spec.Labels \"env.x\"}}", "y")]
    [InlineData("{{index .Spec.Args 1}}", "-c")]
    [InlineData("{{range .Spec.Args}}[{{.}}]{{end}}", "[sh][-c]")]
    [InlineData("{{range $k, $v := .Spec.Labels}}{{$k}}={{$v}};{{end}}", "env.x=y;team=a;")]
    [InlineData("{{range .Spec.Empty}}x{{else}}none{{end}}", "none")]
    [InlineData("{{if .Spec.On}}on{{else}}off{{end}}", "on")]
    [InlineData("{{if eq .Spec.Name \"db\"}}a{{else if gt .Spec.N 2}}b{{else}}c{{end}}", "b")]
    [InlineData("{{with .Spec}}{{.Name}}/{{$.ID}}{{end}}", "web/abc")]
    [InlineData("{{$x := .Spec.N}}{{$x}}", "3")]
    [InlineData("a {{- .ID -}} b", "aabcb")]
    [InlineData("{{/* no */}}x", "x")]
    [InlineData("{{len .Spec.Args}}", "2")]
    [InlineData("{{.Spec.Args}} {{.Spec.Labels}}", "[sh -c] map[env.x:y team:a]")]
    [InlineData("{{.Spec.Missing}}", "<no value>")]
    [InlineData("{{truncate .ID 2}}{{pad \"x\" 1 2}}|", "ab x  |")]
    [InlineData("{{(index .Spec.Args 0) | upper}}", "SH")]
    public void A_template_gives_what_go_gives(string template, string expected) =>
        Assert.Equal(expected, Template.Parse(template).Render(Root));

    [Theory]
    [InlineData("{{.ID")]
    [InlineData("{{if .ID}}")]
    [InlineData("{{end}}")]
    [InlineData("{{\"abc}}")]
    [InlineData("{{|}}")]
    public void A_template_that_cannot_be_read_is_refused(string template) =>
        Assert.Contains("template parsing error", Assert.Throws<CommandException>(() => Template.Parse(template)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("{{nonsense .ID}}")]
    [InlineData("{{index .Spec.Args 7}}")]
    [InlineData("{{range .ID}}{{end}}")]
    [InlineData("{{$undefined}}")]
    public void A_template_that_cannot_be_carried_out_says_why(string template) =>
        Assert.Throws<CommandException>(() => Template.Parse(template).Render(Root));

    [Theory]
    [InlineData(0.0, "Less than a second")]
    [InlineData(0.999, "Less than a second")]
    [InlineData(1.0, "1 second")]
    [InlineData(59.9, "59 seconds")]
    [InlineData(60.0, "About a minute")]
    [InlineData(119.0, "About a minute")]
    [InlineData(120.0, "2 minutes")]
    [InlineData(3599.0, "59 minutes")]
    [InlineData(3600.0, "About an hour")]
    [InlineData(5400.0, "2 hours")]
    [InlineData(3600.0 * 47, "47 hours")]
    [InlineData(3600.0 * 48, "2 days")]
    [InlineData(86400.0 * 14, "2 weeks")]
    [InlineData(86400.0 * 60, "2 months")]
    [InlineData(86400.0 * 730, "2 years")]
    public void Lengths_of_time_have_dockers_words(double seconds, string expected) =>
        Assert.Equal(expected, HumanTime.Span(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("1h30m", 5_400_000_000_000)]
    [InlineData("1.5s", 1_500_000_000)]
    [InlineData("200ms", 200_000_000)]
    [InlineData("0", 0)]
    [InlineData("-1s", -1_000_000_000)]
    public void Durations_are_read(string text, long nanos) => Assert.Equal(nanos, GoDuration.Parse(text));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(90_000_000_000, "1m30s")]
    [InlineData(1_500_000_000, "1.5s")]
    [InlineData(200_000_000, "200ms")]
    [InlineData(7_200_000_000_000, "2h0m0s")]
    public void Durations_are_written(long nanos, string text) => Assert.Equal(text, GoDuration.Format(nanos));

    [Theory]
    [InlineData("64M", 67108864)]
    [InlineData("16m", 16777216)]
    [InlineData("1.5g", 1610612736)]
    [InlineData("512MiB", 536870912)]
    [InlineData("100b", 100)]
    [InlineData("7", 7)]
    public void Sizes_are_read(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Fact]
    public void Numbers_in_names_count_as_numbers() => Assert.Equal(["a", "web.1", "web.2", "web.10", "web.10a"],
        new[] { "web.10a", "web.10", "a", "web.2", "web.1" }.Order(NaturalOrder.Instance));

    [Fact]
    public void Neighbouring_ports_are_joined()
    {
        static Orch.Core.Model.Specs.PortConfig Port(uint published, uint target, string protocol = "tcp") =>
            new() { PublishedPort = published, TargetPort = target, Protocol = protocol, PublishMode = "ingress" };

        Assert.Equal("*:8080-8081->80-81/tcp, *:53->53/udp",
            PortText.Published([Port(53, 53, "udp"), Port(8081, 81), Port(8080, 80)]));
    }
}
