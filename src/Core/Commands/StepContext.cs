using Orch.Core.Model;

namespace Orch.Core.Commands;

/// <summary>What deciding and planning need from outside: the time of this step and fresh random ids.</summary>
/// <param name="Now">Moment of the step; never goes back within one leadership.</param>
/// <param name="NewId">A fresh 128-bit random number for an id; from the seed in simulations.</param>
public sealed record StepContext(Timestamp Now, Func<UInt128> NewId);
