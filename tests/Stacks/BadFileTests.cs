namespace Orch.Tests.Stacks;

/// <summary>
/// Each file in bad/ begins with the error it must lead to, <c># LINE:COLUMN: text</c>, and is refused with exactly that
/// as its first error. A case is added by adding a file.
/// </summary>
public sealed class BadFileTests
{
    public static TheoryData<string> Cases => [.. Directory.GetFiles(Folder, "*.yml").Select(file => Path.GetFileName(file)!).Order()];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "bad");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_bad_file_is_refused_with_its_place_and_what_to_write(string name)
    {
        var text = File.ReadAllText(Path.Combine(Folder, name));
        var expected = text.Split('\n')[0][2..].Trim();
        var (_, problems) = Files.Of(text).Load();
        Assert.Equal($"stack.yml:{expected}", problems.Errors.OrderBy(p => p.At.Line).ThenBy(p => p.At.Column).FirstOrDefault()?.ToString());
    }
}
