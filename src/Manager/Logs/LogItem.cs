using Orch.Core.Model;

namespace Orch.Manager.Logs;

/// <summary>A record of a task's log, or what orch itself has to say about it, on its way to the reader.</summary>
public sealed record LogItem(
    TaskId Task, NodeId Node, uint Stream, long At, string Attributes, ReadOnlyMemory<byte> Text)
{
    /// <summary>An estimate of the memory it takes.</summary>
    public int Size => 128 + Text.Length + Attributes.Length;
}
