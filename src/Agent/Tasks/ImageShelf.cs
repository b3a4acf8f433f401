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
    private readonly Dictionary<(string Image, PullPolicy Pull), HashSet<TaskId>> _awaited = [];

    public ImageFacts? Find(string image) => _known.GetValueOrDefault(image);

    /// <summary>The credentials are those of the first who asks.</summary>
    public void Await(LocalTask task)
    {
        var key = (task.Image, task.Pull);
        if (_awaited.TryGetValue(key, out var waiting))
        {
            waiting.Add(task.Id);
            return;
        }
        _awaited[key] = [task.Id];
        outbox.Call(new EngineCall.PrepareImage(outbox.NextCall(), task.Image, task.Spec!.ServiceId, task.Pull));
    }

    /// <summary>Those who waited for it.</summary>
    public IEnumerable<TaskId> Arrived(EngineCall.PrepareImage call, ImageFacts? facts)
    {
        if (facts is not null)
        {
            if (_known.Count >= MostKnown)
                _known.Clear();
            _known[call.Image] = facts;
        }
        return _awaited.Remove((call.Image, call.Pull), out var waiting) ? waiting : [];
    }

    public void Forget(string image) => _known.Remove(image);

    /// <summary>Names may mean other images now.</summary>
    public void ForgetAll() => _known.Clear();
}
