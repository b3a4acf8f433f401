using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Orch.Tests.Manager.Leadership;

/// <summary>A client that writes through one manager after the other and notes what it was told of each write.</summary>
internal sealed class WriteHistory(IReadOnlyList<ManagerMachine> machines)
{
    private readonly Lock _lock = new();
    private readonly List<string> _acknowledged = [];
    private readonly List<string> _unknown = [];
    private int _next;

    public IReadOnlyList<string> Acknowledged
    {
        get
        {
            lock (_lock)
                return [.. _acknowledged];
        }
    }

    public int Unknown
    {
        get
        {
            lock (_lock)
                return _unknown.Count;
        }
    }

    public async Task WriteAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref _next);
            var done = await TryAsync(machines[number % machines.Count], $"w{number}");
            lock (_lock)
                (done ? _acknowledged : _unknown).Add($"w{number}");
        }
    }

    private static async Task<bool> TryAsync(ManagerMachine machine, string name)
    {
        var spec = new { Name = name, TaskTemplate = new { ContainerSpec = new { Image = "busybox" } }, Mode = new { Replicated = new { Replicas = 0 } } };
        try
        {
            // With its length said before, as docker clients do, and in pieces.
            using HttpContent body = name[^1] % 2 == 0 ? JsonContent.Create(spec)
                : new StringContent(JsonSerializer.Serialize(spec), Encoding.UTF8, "application/json");
            using var answer = await machine.Http.PostAsync("/services/create", body);
            if (answer.StatusCode == HttpStatusCode.Created)
                return true;
            Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
            return false;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
