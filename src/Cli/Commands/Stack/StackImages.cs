using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Cli.Services;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Stack;

/// <summary>
/// What registries say of the images of a stack, each asked about once and several at a time: a registry that is silent
/// costs its time-out, and many images must not cost it one after another.
/// </summary>
internal sealed class StackImages(Invocation call)
{
    private const int AtOnce = 8;
    private readonly Dictionary<string, DistributionView?> _known = [];
    private readonly Dictionary<string, string?> _logins = [];
    private readonly HashSet<string> _warned = [];

    /// <summary>X-Registry-Auth for an image: null unless --with-registry-auth finds one. Looked for once per registry.</summary>
    public string? Login(string image)
    {
        var registry = ImageName.RegistryOf(image);
        if (!_logins.TryGetValue(registry, out var login))
            _logins[registry] = login = DockerCredentials.For(call, image);
        return login;
    }

    public void Ask(IEnumerable<string> images)
    {
        var open = new ConcurrentQueue<(string Image, string? Login)>(images.Distinct().Select(image => (image, Login(image))));
        var answers = new ConcurrentDictionary<string, DistributionView?>();
        Exception? failure = null;
        var address = call.Client.Address;
        void Work()
        {
            // A client has one connection, which serves one request at a time.
            using var client = new OrchClient(address);
            try
            {
                while (Volatile.Read(ref failure) is null && open.TryDequeue(out var next))
                    answers[next.Image] = ImagePinning.Ask(client, next.Image, next.Login);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
            }
        }
        var threads = Enumerable.Range(0, Math.Min(AtOnce, open.Count)).Select(_ => new Thread(Work) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
        foreach (var (image, answer) in answers)
            _known[image] = answer;
    }

    /// <summary>With the digest and its platforms, where they are known. A platform that the file names stands.</summary>
    public ServiceSpec Pinned(ServiceSpec spec)
    {
        var image = spec.TaskTemplate!.ContainerSpec!.Image;
        if (_known.GetValueOrDefault(image) is not { } known)
            return spec;
        var platforms = spec.TaskTemplate.Placement?.Platforms ?? ImagePinning.Platforms(known);
        return ImagePinning.With(spec, ImagePinning.Pinned(image, known), platforms);
    }

    /// <summary>Says once of an image that its registry did not tell.</summary>
    public void WarnUnpinned(string image)
    {
        if (_known.TryGetValue(image, out var known) && known is null && _warned.Add(image))
            ImagePinning.Warn(call, image);
    }
}
