using Orch.Cli;
using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

public sealed class HelpTests
{
    [Fact]
    public void Every_first_word_of_two_is_explained() => Assert.Equal(
        CommandTable.All.Where(e => e.Name.Contains(' ')).Select(e => e.Name.Split(' ')[0]).Distinct().Order(),
        CommandTable.Groups.Select(group => group.Name).Order());

    [Fact]
    public void Every_command_can_be_found_from_the_top()
    {
        var top = Run.Alone("--help").Out;
        foreach (var group in CommandTable.Groups.Where(group => !group.Hidden))
        {
            Assert.Contains($"\n  {group.Name} ", top, StringComparison.Ordinal);
            var help = Run.Alone(group.Name, "--help");
            Assert.Contains(group.Summary, help.Out, StringComparison.Ordinal);
            Assert.All(CommandTable.All.Where(e => !e.Hidden && e.Name.StartsWith(group.Name + " ", StringComparison.Ordinal)),
                e => Assert.Contains(e.Summary, help.Out, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_command_explains_itself_with_an_example() => Assert.All(
        CommandTable.All.Where(e => !e.Hidden),
        entry => Assert.Contains("Examples:", Run.Alone([.. entry.Name.Split(' '), "--help"]).Out, StringComparison.Ordinal));
}
