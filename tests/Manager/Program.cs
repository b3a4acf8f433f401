using Orch.Tests.Manager.Store;

namespace Orch.Tests.Manager;

/// <summary>Runs only when a test starts this assembly as a child process; the test host loads it as a library.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args) =>
        args is ["log", .. var rest] ? await LogChild.RunAsync(rest) : 2;
}
