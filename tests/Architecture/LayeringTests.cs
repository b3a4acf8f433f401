using System.Xml.Linq;

namespace Orch.Tests.Architecture;

/// <summary>References go one way (docs/architecture.md).</summary>
public sealed class LayeringTests
{
    public static TheoryData<string, string[]> Layers => new()
    {
        { "Core", [] },
        { "Grpc", [] },
        { "Contracts", ["Core"] },
        { "Manager", ["Contracts", "Core", "Grpc"] },
        { "Agent", ["Contracts", "Core", "Grpc"] },
        { "Stacks", ["Contracts", "Core"] },
        { "Cli", ["Contracts", "Core", "Stacks"] },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_project_references_only_what_is_below_it(string project, string[] allowed)
    {
        var references = Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)!);
        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void Core_has_no_packages_but_the_analyzer_that_keeps_it_pure()
    {
        Assert.Equal(["Microsoft.CodeAnalysis.BannedApiAnalyzers"], Items("Core", "PackageReference"));
        Assert.Empty(Items("Core", "FrameworkReference"));
    }

    [Fact]
    public void Every_project_under_src_is_a_known_layer() =>
        Assert.Equal(
            Layers.Select(layer => (string)layer[0]).Order(),
            Directory.GetDirectories(Path.Combine(Tree.Root, "src")).Select(path => Path.GetFileName(path)!).Order());

    private static IEnumerable<string> Items(string project, string item) =>
        XDocument.Parse(Tree.Read($"src/{project}/{project}.csproj")).Descendants(item)
            .Select(element => (string)element.Attribute("Include")!);
}
