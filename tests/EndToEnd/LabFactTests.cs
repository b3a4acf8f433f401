namespace Orch.Tests.EndToEnd;

/// <summary>Holds on hosts with and without the means to run a lab.</summary>
public sealed class LabFactTests
{
    [Fact]
    public void A_lab_test_is_skipped_exactly_where_something_is_missing_and_says_what()
    {
        var expected = LabRequirements.Required ? null : LabRequirements.Missing;

        Assert.Equal(expected, new LabFactAttribute().Skip);
    }

    [Fact]
    public void A_test_for_an_engine_that_is_not_here_is_skipped_and_says_how_to_get_it()
    {
        var skip = new EngineFactAttribute("nosuch").Skip;

        Assert.NotNull(skip);
        if (LabRequirements.Missing is null)
            Assert.Contains("nosuch's engine is not here", skip, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    public void A_lab_has_one_to_ten_machines(int machines) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LabOptions { Machines = machines });

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("with.dot")]
    [InlineData("../up")]
    public void A_label_is_a_plain_word(string label) =>
        Assert.Throws<ArgumentException>(() => new LabOptions { Label = label });
}
