using System.Net;
using System.Net.Http.Headers;
using Orch.Grpc.Client;
using static Orch.Tests.Grpc.TestMethods;

namespace Orch.Tests.Grpc;

/// <summary>What the server answers to bytes that our own client would never send.</summary>
public sealed class WireTests
{
    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 65 }, "12")]
    [InlineData(new byte[] { 7, 0, 0, 0, 1, 65 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 65 }, "13")]
    [InlineData(new byte[] { 0, 0, 0 }, "13")]
    [InlineData(new byte[] { }, "13")]
    [InlineData(new byte[] { 0, 255, 255, 255, 255, 65 }, "8")]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 65, 0, 0, 0, 0, 1, 65 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 65 }, "0")]
    public async Task Every_malformed_body_gets_its_status(byte[] body, string status)
    {
        using var response = await PostAsync(body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(status, StatusOf(response));
    }

    [Fact]
    public async Task An_unreadable_timeout_is_refused()
    {
        using var response = await PostAsync([0, 0, 0, 0, 0], ("grpc-timeout", "soon"));
        Assert.Equal("13", StatusOf(response));
    }

    [Fact]
    public async Task A_refusal_without_messages_carries_its_status_in_the_headers()
    {
        using var response = await PostAsync([9, 0, 0, 0, 0]);
        Assert.True(response.Headers.Contains("grpc-status"));
        Assert.Equal(["identity"], response.Headers.GetValues("grpc-accept-encoding"));
    }

    [Fact]
    public async Task Plain_content_is_not_taken_for_a_call()
    {
        using var response = await PostAsync([], contentType: "application/json");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task Http_1_is_asked_to_upgrade()
    {
        await using var server = await EchoServer.StartAsync(
            protocols: Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);
        using var client = new HttpClient();
        using var content = new ByteArrayContent([]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await client.PostAsync(new Uri(server.Address, Unary.Path), content);
        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    private static string StatusOf(HttpResponseMessage response) =>
        (response.Headers.TryGetValues("grpc-status", out var values)
            ? values
            : response.TrailingHeaders.GetValues("grpc-status")).Single();

    private static async Task<HttpResponseMessage> PostAsync(
        byte[] body, (string Name, string Value)? header = null, string contentType = "application/grpc")
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new HttpClient(GrpcHandler.Create());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, Unary.Path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        if (header is { } extra) request.Headers.TryAddWithoutValidation(extra.Name, extra.Value);
        return await client.SendAsync(request);
    }
}
