using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Orch.Core.Model.Specs;
using Orch.Stacks;
using Orch.Stacks.Conversion;
using Orch.Stacks.Loading;
using Orch.Stacks.Yaml;
using Orch.Tests.Support;
using Xunit.Abstractions;

namespace Orch.Tests.Stacks;

/// <summary>
/// Each file in good/ becomes the specs in its .json, which ORCH_GOLDEN=1 writes anew; a diff of them is a change of
/// what a deploy creates. Where Docker's client accepts the file, both must have read the same from it.
/// </summary>
public sealed class GoodFileTests(ITestOutputHelper output)
{
    public static TheoryData<string> Cases => [.. GoodFiles.Names];

    private static string Folder => GoodFiles.Folder;

    [Fact]
    public void There_are_many() => Assert.True(GoodFiles.Names.Count() >= 30);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_good_file_becomes_its_golden_specs(string name)
    {
        var files = GoodFiles.Given(name);
        var (file, problems) = files.Load();
        var plan = new StackConverter(file, "demo", files.Read, problems).Convert();
        Assert.Empty(problems.Errors);
        var text = Text(plan, problems);
        var golden = Path.Combine(Folder, name + ".json");
        if (Environment.GetEnvironmentVariable("ORCH_GOLDEN") is { Length: > 0 } into)
            File.WriteAllText(Path.Combine(into, name + ".json"), text);
        else
            Assert.Equal(File.ReadAllText(golden), text);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_config_writes_says_the_same(string name)
    {
        var files = GoodFiles.Given(name);
        var (file, _) = files.Load();
        var written = YamlWriter.Write(Canonical.Of(file));
        var (again, problems) = files.With("stack.yml", written).Load();
        Assert.Empty(problems.Errors);
        Assert.Equal(written, YamlWriter.Write(Canonical.Of(again)));
    }

    [DockerTheory]
    [MemberData(nameof(Cases))]
    public void Docker_reads_the_same_from_it(string name)
    {
        var folder = GoodFiles.Copy();
        try
        {
            if (DockerConfig(folder, name + ".yml") is not { } theirs)
            {
                output.WriteLine("docker refuses this file");
                return;
            }
            var mine = Specs(GoodFiles.Given(name));
            var docker = Specs(GoodFiles.Given(name).With("stack.yml", theirs.Replace(folder, "/p", StringComparison.Ordinal)
                .Replace("$", "$$", StringComparison.Ordinal)));
            Assert.Equal(mine, docker);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Specs(Files files)
    {
        var (file, problems) = files.Load();
        var plan = new StackConverter(file, "demo", files.Read, problems).Convert();
        Assert.Empty(problems.Errors);
        return Text(plan, new ProblemList());
    }

    /// <summary>Null when docker refuses the file.</summary>
    private static string? DockerConfig(string folder, string name)
    {
        var start = new ProcessStartInfo("docker", ["stack", "config", "-c", name])
        { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TAG"] = "v7";
        using var docker = Process.Start(start)!;
        docker.ErrorDataReceived += (_, _) => { };
        docker.BeginErrorReadLine();
        var text = docker.StandardOutput.ReadToEnd();
        return docker.WaitForExit(TimeSpan.FromSeconds(30)) && docker.ExitCode == 0 ? text : null;
    }

    private static string Text(StackPlan plan, ProblemList problems)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = Indented.Encoder }))
        {
            json.WriteStartObject();
            json.WriteStartArray("Warnings");
            foreach (var warning in problems.Warnings)
                json.WriteStringValue(warning.ToString());
            json.WriteEndArray();
            json.WriteStartArray("Networks");
            foreach (var network in plan.Networks)
                if (network.Request is { } request)
                    request.WriteTo(json);
                else
                    json.WriteStringValue(network.Name);
            json.WriteEndArray();
            json.WriteStartArray("Files");
            foreach (var file in plan.Files)
                json.WriteStringValue($"{file.Kind} {file.Name} {(file.IsExternal ? "external" : Encoding.UTF8.GetString(file.Data))} "
                    + string.Join(',', file.Labels.Select(label => $"{label.Key}={label.Value}").Order()));
            json.WriteEndArray();
            json.WriteStartArray("Services");
            foreach (var service in plan.Services)
                json.WriteRawValue(SpecJson.Write(service.Spec));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        // Written once more, so that specs are indented like the rest.
        using var document = JsonDocument.Parse(buffer.ToArray());
        return JsonSerializer.Serialize(document.RootElement, Indented) + "\n";
    }

    private static readonly JsonSerializerOptions Indented = new()
    { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
