using System.Text.Json;
using Orch.Cli;
using Orch.Cli.Contexts;
using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Contracts.Security;
using Orch.Core.Model;
using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

public sealed class ContextTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("orch-context").FullName;
    private readonly Dictionary<string, string> _env;

    public ContextTests() => _env = new() { ["ORCH_CONFIG"] = Path.Combine(_directory, "config") };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Outcome Orch(params string[] args) => OrchWith("", args);

    private Outcome OrchWith(string input, params string[] args)
    {
        var (standardOut, standardError) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var terminal = new Terminal(standardOut, standardError, TimeProvider.System, name => _env.GetValueOrDefault(name))
        {
            In = new StringReader(input),
        };
        var exitCode = App.Run(args, terminal);
        return new(exitCode, standardOut.ToString(), standardError.ToString());
    }

    private string CaFile()
    {
        var path = Path.Combine(_directory, "ca.crt");
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            RootCertificate.Subject(new ClusterId(7)), key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var root = request.CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(path, root.ExportCertificatePem());
        return path;
    }

    private void Create(string name) =>
        Assert.Equal(0, Orch("context", "create", name, "--host", "tcp://10.0.0.1", "--ca", CaFile(), "--token", "orch-k-s").ExitCode);

    private ManagerAddress Chosen(HostOptions? options = null) =>
        ManagerAddress.Choose(options ?? new(null, "/data", "/run"), name => _env.GetValueOrDefault(name));

    [Fact]
    public void A_context_is_kept_for_its_owner_alone_and_used_when_chosen()
    {
        Create("prod");
        Assert.Equal("unix:///run/orch.sock", Chosen().ToString());

        Assert.Equal(0, Orch("context", "use", "prod").ExitCode);

        Assert.Equal(("tcp://10.0.0.1:2378", "orch-k-s"), (Chosen().ToString(), Chosen().Token));
        var file = Path.Combine(_directory, "config", "contexts", "prod.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Contains("prod *", Orch("context", "ls").Out, StringComparison.Ordinal);
        Assert.Equal(0, Orch("context", "use", "default").ExitCode);
        Assert.Equal("unix:///run/orch.sock", Chosen().ToString());
    }

    [Fact]
    public void What_is_said_on_the_command_line_wins_over_the_environment_and_that_over_the_one_in_use()
    {
        Create("a");
        Create("b");
        Orch("context", "use", "a");
        Assert.Equal("a", Chosen().Context!.Name);
        _env["ORCH_CONTEXT"] = "b";
        Assert.Equal("b", Chosen().Context!.Name);
        _env["ORCH_HOST"] = "unix:///other.sock";
        Assert.Equal("unix:///other.sock", Chosen().ToString());
        Assert.Equal("a", Chosen(new(null, "/data", "/run", "a")).Context!.Name);
        Assert.Equal("unix:///x.sock", Chosen(new("unix:///x.sock", "/data", "/run", "a")).ToString());
    }

    [Fact]
    public void Inspecting_hides_the_secret_and_exporting_does_not()
    {
        Create("prod");

        Assert.DoesNotContain("orch-k-s", Orch("context", "inspect", "prod").Out, StringComparison.Ordinal);
        var exported = Orch("context", "export", "prod").Out;
        Assert.Equal("orch-k-s", JsonDocument.Parse(exported).RootElement.GetProperty("Token").GetString());

        Assert.Equal(0, OrchWith(exported, "context", "create", "copy", "--from", "-").ExitCode);
        Assert.Equal("orch-k-s", Chosen(new(null, "/data", "/run", "copy")).Token);
        Assert.Equal(0, Orch("context", "rm", "copy", "prod").ExitCode);
        Assert.Equal("default\n", Orch("context", "ls", "-q").Out);
    }

    [Fact]
    public void Odd_files_among_the_contexts_hide_no_others_and_a_damaged_one_can_be_removed()
    {
        Create("prod");
        var folder = Path.Combine(_directory, "config", "contexts");
        foreach (var (name, text) in new[] { (".hidden", "{}"), ("a copy", "{}"), ("null", "null"), ("broken", "{") })
            File.WriteAllText(Path.Combine(folder, name + ".json"), text);

        var list = Orch("context", "ls", "-q");

        Assert.Equal((0, "default\nprod\n"), (list.ExitCode, list.Out));
        Assert.Contains("`orch context rm broken` removes it", list.Err, StringComparison.Ordinal);
        Assert.Equal(0, Orch("context", "rm", "broken").ExitCode);
        Assert.Equal("", Orch("context", "ls", "-q").Err);
    }

    /// <summary>A folder where a file should be, and a file where a folder should be, are as unreadable to root as to others.</summary>
    [Fact]
    public void What_cannot_be_read_or_written_is_told_with_what_to_do()
    {
        Create("prod");
        var current = Path.Combine(_directory, "config", "context");
        Directory.CreateDirectory(current);
        var ca = CaFile();
        string[] create = ["context", "create", "b", "--host", "tcp://10.0.0.1", "--ca", ca, "--token", "orch-k-s"];
        foreach (var args in new[] { new[] { "service", "ls" }, ["context", "ls"], ["context", "use", "prod"] })
            Told(Orch(args), current);
        Assert.DoesNotContain(current, Orch("--host", "unix:///nonexistent/orch.sock", "service", "ls").Err, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(_directory, "file"), "");
        _env["ORCH_CONFIG"] = Path.Combine(_directory, "file");
        Told(Orch(create), Path.Combine(_directory, "file", "contexts", "b.json"));
    }

    private static void Told(Outcome outcome, string path)
    {
        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("cannot ", outcome.Err, StringComparison.Ordinal);
        Assert.Contains(path, outcome.Err, StringComparison.Ordinal);
        Assert.Contains("ORCH_CONFIG=FOLDER", outcome.Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no such name", "context", "use", "nope")]
    [InlineData("does not exist", "--context", "nope", "service", "ls")]
    [InlineData("is invalid", "context", "create", "../evil", "--host", "tcp://x", "--token", "t")]
    [InlineData("credential is needed", "context", "create", "x", "--host", "tcp://x", "--ca", "CA")]
    [InlineData("ca", "context", "create", "x", "--host", "tcp://x", "--token", "t", "--ca", "/nope")]
    public void Mistakes_are_told(string words, params string[] args)
    {
        var ca = CaFile();
        var outcome = Orch([.. args.Select(arg => arg == "CA" ? ca : arg)]);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(words == "no such name" ? "does not exist" : words, outcome.Err, StringComparison.Ordinal);
    }
}
