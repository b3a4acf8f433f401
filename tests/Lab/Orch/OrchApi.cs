using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Orch.Testing;

/// <summary>A client of a manager's control socket, from outside its machine: plain HTTP, no code of orch's.</summary>
public sealed class OrchApi(LabMachine machine) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint($"{machine.RunDirectory}/orch/orch.sock"), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new Uri("http://orch/"),
        Timeout = TimeSpan.FromSeconds(10),
    };

    public async Task<JsonElement> GetAsync(string path)
    {
        var text = await _http.GetStringAsync(path);
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    /// <summary>Status and body; throws only when there is no answer at all.</summary>
    public async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(path, content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>True when the write was acknowledged, false when the manager was not there or died on it.</summary>
    public async Task<bool> TryCreateServiceAsync(string name, int replicas)
    {
        try
        {
            var spec = $$"""
                { "Name": "{{name}}", "TaskTemplate": { "ContainerSpec": { "Image": "sleeper:latest" } },
                  "Mode": { "Replicated": { "Replicas": {{replicas}} } } }
                """;
            return (await PostAsync("services/create", spec)).Status == HttpStatusCode.Created;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return false;
        }
    }

    public async Task RemoveServiceAsync(string name)
    {
        using var response = await _http.DeleteAsync($"services/{name}");
        response.EnsureSuccessStatusCode();
    }

    public async Task<IReadOnlyList<string>> ServiceNamesAsync() =>
        [.. (await GetAsync("services")).EnumerateArray().Select(s => s.GetProperty("Spec").GetProperty("Name").GetString()!)];

    public async Task<bool> AnswersAsync()
    {
        try
        {
            return (await _http.GetAsync("nodes")).IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();
}
