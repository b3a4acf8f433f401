namespace Orch.Agent.Engine;

/// <summary>What kind of "no" the engine gave. Only the kinds that callers treat differently.</summary>
public enum EngineFault
{
    /// <summary>404: the container or image does not exist.</summary>
    NotFound,

    /// <summary>409: the name is taken, or the object is in a state that forbids the call.</summary>
    Conflict,

    /// <summary>Any other answer that is not a success.</summary>
    Refused,

    /// <summary>No answer: no socket, a broken connection or a timeout. Whether the call took effect is unknown.</summary>
    Unreachable,
}

/// <summary>The engine's own words, fit to be shown to a user.</summary>
public sealed record EngineError(EngineFault Fault, string Message);

/// <summary>A value, or the reason why there is none. An engine that refuses or is away is no exception here.</summary>
public readonly record struct EngineResult<T>(T? Value, EngineError? Error)
{
    public bool Ok => Error is null;
    public static implicit operator EngineResult<T>(T value) => new(value, null);
    public static implicit operator EngineResult<T>(EngineError error) => new(default, error);
}

/// <summary>The value of calls that only succeed or fail.</summary>
public readonly record struct NoValue;
