using System.Text.Json;
using Orch.Testing;

namespace Orch.Tests.Manager.Store;

/// <summary>A whole manager whose cluster is in a real PostgreSQL.</summary>
public sealed class PostgresManagerTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task It_comes_up_is_killed_comes_back_with_its_services_and_nobody_founds_a_second_cluster_there()
    {
        var store = $"postgres://orch@/postgres?host={Uri.EscapeDataString(server.Folder)}&schema={server.NewSchema()}";
        await using var manager = new ManagerProcess();
        var handed = Path.Combine(manager.Folder, "handed");
        await File.WriteAllTextAsync(handed, store);
        manager.Start("--bootstrap", "--advertise-addr", "127.0.0.1", "--store-file", handed);
        await manager.StatusAsync();
        Assert.False(File.Exists(handed));
        await manager.CreateServiceAsync("web");
        await manager.KillAsync();

        manager.Start();
        var status = (await manager.StatusAsync()).GetProperty("Store");
        Assert.Equal("postgres", status.GetProperty("Kind").GetString());
        Assert.Equal(["web"], await manager.ServicesAsync());
        await Until.TrueAsync("the size is known", async () =>
            (await manager.StatusAsync()).GetProperty("Store").GetProperty("SizeBytes").GetInt64() > 0);

        await using var other = new ManagerProcess();
        other.Start("--bootstrap", "--check-store", "--store", store);
        var (code, said) = await other.ExitAsync();
        Assert.NotEqual(0, code);
        Assert.Contains("holds a cluster already", said, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Object, (await manager.StatusAsync()).ValueKind);
    }
}
