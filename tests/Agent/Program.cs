using Orch.Tests.Agent.Dataplane.Kernel;

namespace Orch.Tests.Agent;

/// <summary>Runs only when a test starts this assembly as a child process, in a network namespace of its own.</summary>
internal static class Program
{
    private static int Main(string[] args) => args is ["dataplane", var scenario] ? ScenarioHost.Run(scenario) : 2;
}
