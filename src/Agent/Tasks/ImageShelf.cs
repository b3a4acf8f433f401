using Orch.Agent.Engine;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>
/// Which images are known to be usable. Tasks that want the same image share one call; a failure is told to those who
/// waited and then forgotten, so that the next task tries anew.
/// </summary>
internal sealed class ImageShelf(Outbox outbox)
{
    private const int MostKnown = 1000;
    private readonly Dictionary<string, ImageFacts> _known = [];
    private readonly Dictionary<string, HashSet<TaskId>> _awaited = [];

    public ImageFacts? Find(string image) => _known.GetValueOrDefault(image);

    public void Await(string image, TaskId task)
    {
        if (_awaited.TryGetValue(image, out var waiting))
        {
            waiting.Add(task);
            return;
        }
        _awaited[image] = [task];
        outbox.Call(new EngineCall.PrepareImage(outbox.NextCall(), image));
    }

    /// <summary>Those who waited for it.</summary>
    public IEnumerable<TaskId> Arrived(string image, ImageFacts? facts)
    {
        if (facts is not null)
        {
            if (_known.Count >= MostKnown)
                _known.Clear();
            _known[image] = facts;
        }
        return _awaited.Remove(image, out var waiting) ? waiting : [];
    }

    public void Forget(string image) => _known.Remove(image);

    /// <summary>Names may mean other images now.</summary>
    public void ForgetAll() => _known.Clear();
}
