using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Tests.Core.State;

public sealed class CowMapTests
{
    /// <summary>Few different hashes, so that full collisions and splits at every depth happen.</summary>
    private readonly record struct Key(int Value, int Hash)
    {
        public override int GetHashCode() => Hash;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1 << 20)]
    public void It_is_a_dictionary_and_old_snapshots_never_change(int hashes)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var (token, map, model) = (new EditToken(), default(CowMap<Key, int>), new Dictionary<Key, int>());
            var snapshots = new List<(CowMap<Key, int> Map, Dictionary<Key, int> Model)>();
            for (var i = 0; i < 600; i++)
            {
                var value = random.Next(150);
                var key = new Key(value, StableHash.Mix((ulong)value) % hashes);
                if (random.Next(3) == 0)
                {
                    map = map.Without(token, key);
                    model.Remove(key);
                }
                else
                {
                    map = map.With(token, key, i);
                    model[key] = i;
                }
                if (random.Next(40) != 0)
                    continue;
                snapshots.Add((map, new(model)));
                token = new EditToken();
            }
            snapshots.Add((map, model));
            Assert.All(snapshots, taken => AssertSame(taken.Model, taken.Map));
        }
    }

    [Fact]
    public void One_history_gives_one_order_of_enumeration()
    {
        Assert.Equal(Build().Keys, Build().Keys);

        static CowMap<string, int> Build()
        {
            var (token, map) = (new EditToken(), default(CowMap<string, int>));
            for (var i = 0; i < 500; i++)
                map = i % 7 == 0 ? map.Without(token, $"k{i / 2}") : map.With(token, $"k{i}", i);
            return map;
        }
    }

    private static void AssertSame(Dictionary<Key, int> model, CowMap<Key, int> map)
    {
        Assert.Equal(model.Count, map.Count);
        Assert.Equal(model.Count, map.Entries.Count());
        foreach (var (key, value) in model)
            Assert.True(map.TryGet(key, out var found) && found == value);
        Assert.False(map.Contains(new Key(-1, 0)));
    }
}
