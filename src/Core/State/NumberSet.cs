using System.Numerics;

namespace Orch.Core.State;

/// <summary>
/// Numbers below 2^32 as words of 64 bits, with words above them that say which words below are full: the next number
/// that is not in it is found in a handful of steps, however many are. Copied on write like <see cref="CowMap{TKey,TValue}"/>.
/// </summary>
internal readonly struct NumberSet
{
    private const int Levels = 6;
    private readonly CowMap<uint, ulong> _words;

    private NumberSet(CowMap<uint, ulong> words) => _words = words;

    public bool Contains(uint number) => (Word(0, number >> 6) >> (int)(number & 63) & 1) == 1;

    public NumberSet With(EditToken token, uint number)
    {
        var words = _words;
        for (var level = 0; level < Levels; level++, number >>= 6)
        {
            var word = Word(level, number >> 6) | 1UL << (int)(number & 63);
            words = words.With(token, Key(level, number >> 6), word);
            if (word != ulong.MaxValue)
                break;
        }
        return new(words);
    }

    public NumberSet Without(EditToken token, uint number)
    {
        var words = _words;
        for (var level = 0; level < Levels; level++, number >>= 6)
        {
            var before = Word(level, number >> 6);
            var word = before & ~(1UL << (int)(number & 63));
            words = word == 0
                ? words.Without(token, Key(level, number >> 6)) : words.With(token, Key(level, number >> 6), word);
            if (before != ulong.MaxValue)
                break;
        }
        return new(words);
    }

    /// <summary>The first number from here to the last that is not in the set.</summary>
    public uint? FirstFree(uint from, uint last)
    {
        ulong position = from;
        for (var level = 0; level < Levels; level++)
        {
            var free = ~Word(level, (uint)(position >> 6)) & ulong.MaxValue << (int)(position & 63);
            if (free != 0)
            {
                position = (position & ~63UL) + (uint)BitOperations.TrailingZeroCount(free);
                while (level-- > 0)
                    position = position << 6 | (uint)BitOperations.TrailingZeroCount(~Word(level, (uint)position));
                return position <= last ? (uint)position : null;
            }
            position = (position >> 6) + 1;
        }
        return null;
    }

    private ulong Word(int level, uint index) => _words.Get(Key(level, index));

    // There are at most 2^26 words on a level.
    private static uint Key(int level, uint index) => (uint)level << 26 | index;
}
