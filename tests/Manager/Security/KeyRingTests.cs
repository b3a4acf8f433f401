using Orch.Manager.Security;
using Orch.Manager.Store;

namespace Orch.Tests.Manager.Security;

public sealed class KeyRingTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orch-test-");

    private string KeyFile => Path.Combine(_directory.FullName, "keys");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void What_an_old_key_sealed_stays_readable_after_rotation_and_reload()
    {
        var ring = KeyRing.Create();
        using var before = ring.CreateCipher();
        var box = new byte[5 + before.Overhead];
        before.Seal(ring.CurrentKeyId, "hello"u8, "ctx"u8, box);

        ring.Rotate().Save(KeyFile);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        var again = KeyRing.Load(KeyFile);
        Assert.Equal(2u, again.CurrentKeyId);
        using var after = again.CreateCipher();
        var clear = new byte[5];
        Assert.True(after.Open(1, box, "ctx"u8, clear));
        Assert.Equal("hello"u8, clear);
        Assert.False(after.Open(1, box, "other"u8, clear));
        Assert.False(after.Open(2, box, "ctx"u8, clear));
        using var stranger = KeyRing.Create().CreateCipher();
        Assert.False(stranger.Open(1, box, "ctx"u8, clear));
        Assert.Throws<LogLockedException>(() => stranger.Open(2, box, "ctx"u8, clear));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=")]
    [InlineData("1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("1 short")]
    [InlineData("1 AAAAAAAAAAAAAAAAAAAAAAE=")]
    [InlineData("x AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=")]
    public void A_damaged_or_weak_key_file_is_refused(string text)
    {
        File.WriteAllText(KeyFile, text);
        Assert.Throws<InvalidDataException>(() => KeyRing.Load(KeyFile));
    }

    [Fact]
    public void A_key_ring_does_not_print_its_keys()
    {
        var ring = KeyRing.Create();
        ring.Save(KeyFile);
        Assert.DoesNotContain(File.ReadAllText(KeyFile)[2..20], ring.ToString(), StringComparison.Ordinal);
    }
}
