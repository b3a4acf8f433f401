using System.Text.Json.Serialization;

namespace Orch.Core.Model;

/// <summary>What all ids share: 128 bits inside, 25 base-36 characters at the edge. The zero id means "none".</summary>
public interface IObjectId<TSelf> where TSelf : struct, IObjectId<TSelf>
{
    UInt128 Value { get; }
    static abstract TSelf From(UInt128 value);
}

[JsonConverter(typeof(IdJsonConverter<ServiceId>))]
public readonly record struct ServiceId(UInt128 Value) : IObjectId<ServiceId>, IComparable<ServiceId>
{
    public static ServiceId From(UInt128 value) => new(value);
    public bool IsNone => Value == 0;
    public int CompareTo(ServiceId other) => Value.CompareTo(other.Value);
    public override int GetHashCode() => Ids.Hash(Value);
    public override string ToString() => Ids.Format(Value);
}

[JsonConverter(typeof(IdJsonConverter<TaskId>))]
public readonly record struct TaskId(UInt128 Value) : IObjectId<TaskId>, IComparable<TaskId>
{
    public static TaskId From(UInt128 value) => new(value);
    public bool IsNone => Value == 0;
    public int CompareTo(TaskId other) => Value.CompareTo(other.Value);
    public override int GetHashCode() => Ids.Hash(Value);
    public override string ToString() => Ids.Format(Value);
}

[JsonConverter(typeof(IdJsonConverter<NodeId>))]
public readonly record struct NodeId(UInt128 Value) : IObjectId<NodeId>, IComparable<NodeId>
{
    public static NodeId From(UInt128 value) => new(value);
    public bool IsNone => Value == 0;
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);
    public override int GetHashCode() => Ids.Hash(Value);
    public override string ToString() => Ids.Format(Value);
}

[JsonConverter(typeof(IdJsonConverter<NetworkId>))]
public readonly record struct NetworkId(UInt128 Value) : IObjectId<NetworkId>, IComparable<NetworkId>
{
    public static NetworkId From(UInt128 value) => new(value);
    public bool IsNone => Value == 0;
    public int CompareTo(NetworkId other) => Value.CompareTo(other.Value);
    public override int GetHashCode() => Ids.Hash(Value);
    public override string ToString() => Ids.Format(Value);
}

/// <summary>A secret or a config.</summary>
[JsonConverter(typeof(IdJsonConverter<FileId>))]
public readonly record struct FileId(UInt128 Value) : IObjectId<FileId>, IComparable<FileId>
{
    public static FileId From(UInt128 value) => new(value);
    public bool IsNone => Value == 0;
    public int CompareTo(FileId other) => Value.CompareTo(other.Value);
    public override int GetHashCode() => Ids.Hash(Value);
    public override string ToString() => Ids.Format(Value);
}

[JsonConverter(typeof(IdJsonConverter<ClusterId>))]
public readonly record struct ClusterId(UInt128 Value) : IObjectId<ClusterId>
{
    public static ClusterId From(UInt128 value) => new(value);
    public bool IsNone => Value == 0;
    public override int GetHashCode() => Ids.Hash(Value);
    public override string ToString() => Ids.Format(Value);
}

/// <summary>Parsing and printing shared by the id types.</summary>
public static class Ids
{
    public static string Format(UInt128 value) => value == 0 ? "" : Base36.Format(value);

    /// <summary>Reads 25 base-36 characters; false for anything else, including the empty text of "none".</summary>
    public static bool TryParse<T>(string? text, out T id) where T : struct, IObjectId<T>
    {
        var parsed = Base36.TryParse(text, out var value);
        id = T.From(value);
        return parsed;
    }

    public static T Parse<T>(string text) where T : struct, IObjectId<T> =>
        TryParse<T>(text, out var id) ? id : throw new FormatException($"'{text}' is not an id (25 characters of 0-9a-z)");

    internal static int Hash(UInt128 value) => StableHash.Mix((ulong)value ^ (ulong)(value >> 64));
}
