using Orch.Core.Templates;

namespace Orch.Tests.Core.Templates;

public sealed class GoTemplateTests
{
    private const long Budget = 1_000_000;
    private static readonly Dictionary<string, object?> Root = new()
    {
        ["Name"] = "web",
        ["Labels"] = new Dictionary<string, object?> { ["tier"] = "front" },
        ["Items"] = new List<object?> { "", "b", "" },
    };

    [Theory]
    [InlineData("{{.Name}}/{{index .Labels \"tier\"}}", "web/front")]
    [InlineData("[{{index .Labels \"none\"}}]", "[]")]
    [InlineData("{{greet .Name | upper}}", "HELLO WEB")]
    [InlineData("{{.Name | greet}}", "hello web")]
    [InlineData("{{join .Items \",\"}}", ",b,")]
    public void Functions_of_the_caller_stand_beside_the_common_ones(string template, string expected) =>
        Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("{{.Labels.none}}", "none")]
    [InlineData("{{greet}}", "greet takes one text")]
    [InlineData("{{greet .Name .Name}}", "greet takes one text")]
    [InlineData("{{shout .Name}}", "function \"shout\" not defined")]
    public void A_mistake_is_named(string template, string expected) =>
        Assert.Contains(expected, Assert.Throws<TemplateException>(() => Render(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_text_that_doubles_itself_is_stopped() => Refused(
        "{{$x := \"ab\"}}" + string.Concat(Enumerable.Repeat("{{$x := print $x $x}}", 60)) + "{{$x}}");

    [Fact]
    public void Loops_in_loops_are_stopped() => Refused(
        "{{$x := split (printf \"%9999s\" \"\") \" \"}}{{range $x}}{{range $x}}{{range $x}}{{end}}{{end}}{{end}}");

    [Fact]
    public void A_function_of_many_long_texts_is_stopped_before_it_joins_them() => Refused(
        "{{$x := printf \"%9999s\" \"\"}}{{print " + string.Concat(Enumerable.Repeat("$x ", 5000)) + "}}");

    [Fact]
    public void Widths_do_not_add_up_to_any_size() => Refused(
        "{{printf \"" + string.Concat(Enumerable.Repeat("%9999s", 5000)) + "\" "
        + string.Concat(Enumerable.Repeat("1 ", 5000)) + "}}");

    [Fact]
    public void A_long_list_costs_what_it_is_long_every_time() => Refused(
        "{{$l := split \"" + new string('a', 200_000) + "\" \"a\"}}" + string.Concat(Enumerable.Repeat("{{len $l}}", 30_000)));

    [Fact]
    public void Copies_of_many_variables_are_counted() => Refused(
        string.Concat(Enumerable.Range(0, 3000).Select(i => $"{{{{$v{i} := 1}}}}"))
        + string.Concat(Enumerable.Repeat("{{if .Name}}{{end}}", 3000)));

    [Theory]
    [InlineData("{{if .Name}}", "{{end}}")]
    [InlineData("{{if .Name}}{{else if .Name}}", "")]
    [InlineData("{{else if .Name}}", "")]
    [InlineData("(", ")")]
    public void Depth_is_refused_and_not_a_crash(string open, string close)
    {
        var body = string.Concat(Enumerable.Repeat(open, 20_000)) + string.Concat(Enumerable.Repeat(close, 20_000));
        Refused(open == "(" ? "{{" + body + "}}" : "{{if .Name}}" + body + "{{end}}");
    }

    private static void Refused(string template) => Assert.Throws<TemplateException>(() => Render(template));

    private static string Render(string template) => GoTemplate.Parse(template).Render(
        Root, new Dictionary<string, Func<string, string>> { ["greet"] = name => "hello " + name }, Budget);
}
