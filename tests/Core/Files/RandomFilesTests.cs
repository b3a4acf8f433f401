using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Tests.Core.Planning;

namespace Orch.Tests.Core.Files;

/// <summary>
/// Random creates, replacements, rollbacks, removals and changes of leader. Always: whatever a service or a task record
/// names is there, names and indexes say what the files say; at the end no old content is kept that nobody names.
/// </summary>
public sealed class RandomFilesTests
{
    private const int Seeds = 25;

    [Fact]
    public void What_is_named_is_there_and_what_nobody_names_goes()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            try
            {
                Play(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    private static void Play(Random random)
    {
        var rig = new Rig();
        for (var i = 0; i < 60; i++)
        {
            Edit(rig, random);
            Check(rig);
        }
        foreach (var service in rig.State.Services.Values.ToList())
            rig.Ok(new RemoveService(service.Id.ToString()));
        rig.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(0, rig.State.SupersededFiles.Count);
        Assert.Equal(0, rig.State.FileUsers.Count);
    }

    private static void Edit(Rig rig, Random random)
    {
        var kind = random.Next(2) == 0 ? FileKind.Secret : FileKind.Config;
        var name = $"f{random.Next(3)}";
        var service = rig.State.Services.Values.OrderBy(s => s.Spec.Name, StringComparer.Ordinal).ElementAtOrDefault(random.Next(4));
        switch (random.Next(9))
        {
            case 0 or 1:
                rig.Do(new CreateFile(kind, FileRig.Spec(name, $"{random.Next(3)}")));
                break;
            case 2 or 3 when rig.File(kind, name) is not null:
                rig.Replace(kind, name, $"{random.Next(3)}");
                break;
            case 4:
                rig.Do(new RemoveFile(kind, rig.State.Files.Values.FirstOrDefault(f => f.Kind == kind)?.Id.ToString() ?? name));
                break;
            case 5:
                rig.Do(new CreateService(Using(rig, random, Specs.Web(2, $"s{random.Next(4)}"))));
                break;
            case 6 when service is not null:
                rig.Do(new UpdateService(service.Id.ToString(), service.Version, Using(rig, random, service.Spec), random.Next(2) == 0));
                break;
            case 7 when service is not null && random.Next(3) == 0:
                rig.Ok(new RemoveService(service.Id.ToString()));
                break;
            case 8 when random.Next(3) == 0:
                rig.TakeOver();
                foreach (var node in rig.Nodes)
                    rig.Set(node, NodeState.Ready);
                break;
            default:
                rig.Pass(TimeSpan.FromSeconds(random.Next(1, 30)));
                break;
        }
    }

    private static ServiceSpec Using(Rig rig, Random random, ServiceSpec spec)
    {
        var wanted = rig.State.Files.Values.Where(_ => random.Next(3) == 0).ToList();
        return spec.With(container => container with
        {
            Secrets = [.. wanted.Where(file => file.Kind == FileKind.Secret).Select(file => Reference(file, random))],
            Configs = [.. wanted.Where(file => file.Kind == FileKind.Config).Select(file => Reference(file, random))],
        });
    }

    private static FileReference Reference(ClusterFile file, Random random)
    {
        var name = random.Next(2) == 0 ? file.Spec.Name : file.Family;
        var target = new FileTarget { Name = $"/{file.Id}", Mode = 292 };
        return file.Kind == FileKind.Secret
            ? new() { SecretID = file.Id.ToString(), SecretName = name, File = target }
            : new() { ConfigID = file.Id.ToString(), ConfigName = name, File = target };
    }

    private static void Check(Rig rig)
    {
        var state = rig.State;
        Assert.Equal(state.Files.Count, state.FilesByName.Count);
        Assert.All(state.Files.Values, file => Assert.Equal(file.Id, state.FilesByName.Get(new(file.Kind, file.Spec.Name))));
        Assert.Equal(state.SupersededFiles.Keys.Order(), state.Files.Values.Where(f => f.IsSuperseded).Select(f => f.Id).Order());
        foreach (var service in state.Services.Values)
        {
            Assert.All(FileReferences.In(service.Spec.TaskTemplate), id => Assert.True(state.Files.Contains(id)));
            Assert.All(FileReferences.In(service), id => Assert.Contains(service, state.UsersOf(id)));
        }
        var named = state.Services.Values.SelectMany(FileReferences.In)
            .Concat(state.RetainedSpecs.Values.SelectMany(kept => FileReferences.In(kept.Spec.Template))).ToHashSet();
        Assert.All(state.SupersededFiles.Keys, id => Assert.Contains(id, named));
    }
}
