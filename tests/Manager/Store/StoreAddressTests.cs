using Orch.Contracts.Machine;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Manager.Store;

namespace Orch.Tests.Manager.Store;

/// <summary>What --store means, what is shown of it, and which store a restarted manager uses.</summary>
public sealed class StoreAddressTests : IDisposable
{
    private const string WithPassword = "postgres://orch:s%40cret@db:6000/clusters?schema=prod&sslmode=verify-full";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orch-store-");

    private MachinePaths Paths => new(_folder.FullName, _folder.FullName);

    [Fact]
    public void An_address_of_PostgreSQL_is_taken_apart()
    {
        var address = StoreAddress.Parse(WithPassword);
        Assert.Equal((StoreKind.Postgres, "orch", "s@cret", "clusters", "prod"),
            (address.Kind, address.User, address.Secret, address.Path, address.Schema));
        Assert.Equal(["db:6000"], address.Hosts);
        Assert.Equal("db:6000/clusters, schema prod", address.Location);
        Assert.Equal("verify-full", address.Options["sslmode"]);
    }

    [Fact]
    public void An_address_of_Consul_is_taken_apart()
    {
        var address = StoreAddress.Parse("consul://to-ken@127.0.0.1,[::1]:8600/orch/prod/");
        Assert.Equal((StoreKind.Consul, "to-ken", "orch/prod"), (address.Kind, address.Secret, address.Path));
        Assert.Equal(["127.0.0.1:8500", "[::1]:8600"], address.Hosts);
    }

    [Theory]
    [InlineData(WithPassword, "s%40cret")]
    [InlineData("consul://s-e-c@a,b:99/x", "s-e-c")]
    public void What_is_shown_has_no_secret_in_it_and_what_is_kept_has(string text, string secret)
    {
        var address = StoreAddress.Parse(text);
        Assert.DoesNotContain(secret, address.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(address.Secret, address.ToString() + address.Location, StringComparison.Ordinal);
        Assert.Equal(address, StoreAddress.Parse(address.Text));
        Assert.Equal(address.Secret, StoreAddress.Parse(address.Text).Secret);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres://orch@db:5432/x")]
    [InlineData("postgres://orch@a:1,b:2/x?sslmode=require")]
    [InlineData("postgres://orch@/x?host=%2Frun%2Fpostgresql")]
    [InlineData("consul://h:1/a/b")]
    public void It_is_written_as_it_was_read(string text) => Assert.Equal(text, StoreAddress.Parse(text).Text);

    [Theory]
    [InlineData("", "expected sqlite")]
    [InlineData("mysql://x/y", "mysql: expected sqlite")]
    [InlineData("postgres://orch@db", "no database")]
    [InlineData("postgres://db/x", "no user")]
    [InlineData("postgres://orch@/x", "no host")]
    [InlineData("postgres://orch@db:99999/x", "1 to 65535")]
    [InlineData("postgres://orch@db/x?schema=Prod", "lower-case")]
    [InlineData("postgres://orch@db/x?shema=prod", "shema: not an option; known are schema")]
    [InlineData("consul://h", "no prefix")]
    [InlineData("consul://h/a%20b", "prefix must be")]
    public void What_cannot_be_obeyed_is_refused_in_words(string text, string words) => Assert.Contains(
        words, Assert.Throws<FormatException>(() => StoreAddress.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("postgres://orch:hunter2/x@db/y")]
    [InlineData("postgres://orch:hunter2@/x")]
    [InlineData("postgres://orch:hunter2@db/x?schema=A")]
    [InlineData("postgres:orch:hunter2@db/x")]
    [InlineData("consul://hunter2@h")]
    public void No_refusal_repeats_a_secret(string text) => Assert.DoesNotContain(
        "hunter2", Assert.Throws<FormatException>(() => StoreAddress.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_manager_remembers_its_store_where_only_its_owner_reads()
    {
        Directory.CreateDirectory(Paths.ManagerDir);
        var handed = Path.Combine(_folder.FullName, "handed");
        File.WriteAllText(handed, "x");
        StoreChoice.Remember(StoreAddress.Parse(WithPassword), Paths, handed);
        Assert.Equal(WithPassword, StoreChoice.Decide(null, Paths, null).Text);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Paths.StoreFile));
        Assert.False(File.Exists(handed));
    }

    [Fact]
    public void Another_store_than_remembered_is_refused_and_migration_named()
    {
        BecomeMember();
        StoreChoice.Remember(StoreAddress.Parse(WithPassword), Paths);
        var refused = Assert.Throws<InvalidDataException>(() => StoreChoice.Decide(StoreAddress.Sqlite, Paths, null));
        Assert.Contains("orch store migrate", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => StoreChoice.Decide(StoreAddress.Parse("postgres://orch@db:6000/clusters"), Paths, null));
    }

    [Fact]
    public void A_machine_of_a_cluster_that_remembers_nothing_has_it_on_its_disk()
    {
        BecomeMember();
        Assert.Equal(StoreKind.Sqlite, StoreChoice.Decide(null, Paths, null).Kind);
        Assert.Throws<InvalidDataException>(() => StoreChoice.Decide(StoreAddress.Parse(WithPassword), Paths, null));
    }

    [Fact]
    public void A_password_that_is_not_said_comes_from_the_environment_or_from_memory()
    {
        BecomeMember();
        StoreChoice.Remember(StoreAddress.Parse(WithPassword), Paths);
        var bare = StoreAddress.Parse("postgres://orch@db:6000/clusters?schema=prod");
        Assert.Equal("s@cret", StoreChoice.Decide(bare, Paths, null).Secret);
        Assert.Equal("new", StoreChoice.Decide(bare, Paths, "new").Secret);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void BecomeMember()
    {
        Directory.CreateDirectory(Paths.ManagerDir);
        new MachineConfig { NodeId = new NodeId(1), ClusterId = new ClusterId(2), Role = NodeRole.Manager }.Save(Paths.NodeFile);
    }
}
