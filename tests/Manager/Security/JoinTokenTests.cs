using Orch.Contracts.Security;
using Orch.Manager.Security;

namespace Orch.Tests.Manager.Security;

public sealed class JoinTokenTests
{
    private readonly TestCluster _cluster = new();

    [Fact]
    public void A_token_has_dockers_shape_and_survives_the_trip()
    {
        var text = _cluster.Token(PeerRole.Worker);
        Assert.Matches("^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$", text);
        Assert.True(JoinToken.TryParse(text, out var token, out _));
        Assert.Equal(text, token.Format());
        Assert.True(token.NamesCa(_cluster.Ca.Root));
    }

    [Fact]
    public void Each_token_grants_its_own_role()
    {
        foreach (var role in new[] { PeerRole.Worker, PeerRole.Manager })
            Assert.Equal(role, RoleOf(_cluster.Token(role)));
    }

    [Fact]
    public void Rotating_one_role_ends_its_old_token_only()
    {
        var (worker, manager) = (_cluster.Token(PeerRole.Worker), _cluster.Token(PeerRole.Manager));
        _cluster.Secrets = _cluster.Secrets.Rotate(PeerRole.Worker);
        Assert.Null(RoleOf(worker));
        Assert.Equal(PeerRole.Manager, RoleOf(manager));
        Assert.Equal(PeerRole.Worker, RoleOf(_cluster.Token(PeerRole.Worker)));
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("SWMTKN-1-bad", "cut off")]
    [InlineData("SWMTKN-2-", "does not start")]
    [InlineData("swmtkn-1-", "does not start")]
    public void What_is_no_token_is_refused_with_a_reason(string? text, string reason)
    {
        Assert.False(JoinToken.TryParse(text, out _, out var error));
        Assert.StartsWith("invalid join token: ", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_too_large_and_the_zero_secret_are_refused()
    {
        var digest = CaDigest.Of(_cluster.Ca.Root);
        foreach (var text in new[]
        {
            $"SWMTKN-1-{new string('z', 50)}-{new string('1', 25)}",
            $"SWMTKN-1-{digest}-{new string('z', 25)}",
            $"SWMTKN-1-{digest}-{new string('0', 25)}",
        })
        {
            Assert.False(JoinToken.TryParse(text, out _, out var error));
            Assert.Contains("part is not a", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Of_10_000_mutated_tokens_none_is_accepted()
    {
        var random = new Random(20_261_121);
        var original = _cluster.Token(PeerRole.Manager);
        for (var i = 0; i < 10_000; i++)
        {
            var mutated = Mutate(original, random);
            Assert.NotEqual(original, mutated);
            Assert.Null(RoleOf(mutated));
        }
    }

    [Fact]
    public void A_token_does_not_print_its_secret()
    {
        var text = _cluster.Token(PeerRole.Manager);
        Assert.True(JoinToken.TryParse(text, out var token, out _));
        Assert.DoesNotContain(text[^25..], $"{token} {_cluster.Secrets}", StringComparison.Ordinal);
        Assert.DoesNotContain(_cluster.Secrets.Manager.ToString(), $"{_cluster.Secrets}", StringComparison.Ordinal);
    }

    private PeerRole? RoleOf(string text) =>
        JoinToken.TryParse(text, out var token, out _) ? _cluster.Secrets.RoleOf(token, _cluster.Ca.Root) : null;

    private static string Mutate(string text, Random random)
    {
        var at = random.Next(text.Length);
        var c = "0123456789abcdefghijklmnopqrstuvwxyzSWMTKN-é\0 \n"[random.Next(47)];
        var mutated = random.Next(4) switch
        {
            0 => text[..at] + c + text[(at + 1)..],
            1 => text[..at] + c + text[at..],
            2 => text.Remove(at, 1),
            _ => text[..at] + (char)(text[at] ^ (1 << random.Next(7))) + text[(at + 1)..],
        };
        return mutated == text ? Mutate(text, random) : mutated;
    }
}
