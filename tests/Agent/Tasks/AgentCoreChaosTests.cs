using Orch.Agent.Engine;
using Orch.Core.Model;
using Orch.Tests.Agent.Fakes;

namespace Orch.Tests.Agent.Tasks;

/// <summary>Random faults at random points; afterwards everything must be as the manager wants it.</summary>
public sealed class AgentCoreChaosTests
{
    private const int Seeds = 600;
    private const int Moves = 150;
    private const int Tasks = 4;

    [Fact]
    public void Whatever_happens_no_task_runs_twice_and_all_comes_to_what_is_wanted()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            try
            {
                Run(seed);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e}");
            }
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace()
    {
        Assert.Equal(Trace(Run(7)), Trace(Run(7)));
        Assert.NotEqual(Trace(Run(7)), Trace(Run(8)));
    }

    private static string Trace(CoreHarness agent) => string.Join('\n', agent.Outputs);

    private static CoreHarness Run(int seed)
    {
        var random = new Random(seed);
        var agent = new CoreHarness();
        if (seed % 2 == 0)
            agent.WithSecret();
        var desired = new Dictionary<int, TaskState>();
        for (var move = 0; move < Moves; move++)
        {
            Move(agent, random, desired);
            NothingRunsTwice(agent);
        }
        Heal(agent, desired);
        Check(agent, desired);
        return agent;
    }

    private static void Move(CoreHarness agent, Random random, Dictionary<int, TaskState> desired)
    {
        var running = agent.Engine.Containers.Where(c => c.Status == ContainerStatus.Running).ToList();
        switch (random.Next(20))
        {
            case < 7 when agent.Calls.Count > 0:
                agent.Answer(random.Next(agent.Calls.Count));
                break;
            case < 10 when agent.Engine.Events.Count > 0:
                agent.DeliverEvent();
                break;
            case 10 when agent.Calls.Count > 0:
                agent.LoseAnswer(random.Next(agent.Calls.Count), random.Next(2) == 0);
                break;
            case 11 when running.Count > 0:
                agent.Engine.Die(running[random.Next(running.Count)].Id, random.Next(2));
                break;
            case 12:
                agent.Crash(() => random.Next(2) == 0);
                break;
            case 13 when random.Next(4) == 0:
                agent.Reboot();
                break;
            case 14 when agent.EngineUp:
                if (random.Next(2) == 0)
                    agent.Engine.StopAllSilently(143);
                agent.Down();
                break;
            case 15 or 16 when !agent.EngineUp:
                agent.Up();
                break;
            case 17:
                _ = agent.Connected ? agent.Disconnect() : agent.Connect();
                break;
            case 18 or 19 when agent.Connected:
                Command(agent, random, desired);
                break;
        }
    }

    private static void Command(CoreHarness agent, Random random, Dictionary<int, TaskState> desired)
    {
        var task = random.Next(Tasks);
        if (!desired.TryGetValue(task, out var state))
        {
            desired[task] = random.Next(2) == 0 ? TaskState.Ready : TaskState.Running;
            agent.Assign(task, desired[task]);
        }
        else if (state == TaskState.Ready)
            agent.Assign(task, desired[task] = TaskState.Running);
        else if (state == TaskState.Running && random.Next(3) == 0)
            agent.Assign(task, desired[task] = TaskState.Shutdown);
        else if (state == TaskState.Shutdown)
        {
            desired[task] = TaskState.Remove;
            agent.Remove(task);
        }
    }

    private static void Heal(CoreHarness agent, Dictionary<int, TaskState> desired)
    {
        if (!agent.EngineUp)
            agent.Up();
        agent.Settle();
        if (!agent.Connected)
            agent.Connect();
        agent.AssignAll(desired.Where(d => d.Value != TaskState.Remove).Select(d => (d.Key, d.Value)));
        agent.Settle().Pass(TimeSpan.FromMinutes(5));
    }

    private static void NothingRunsTwice(CoreHarness agent)
    {
        var twice = agent.Engine.Containers.Where(c => c.Status == ContainerStatus.Running)
            .GroupBy(c => c.Labels[ContainerLabels.Task]).FirstOrDefault(g => g.Count() > 1);
        Assert.True(twice is null, $"task {twice?.Key} runs twice");
    }

    private static void Check(CoreHarness agent, Dictionary<int, TaskState> desired)
    {
        NothingRunsTwice(agent);
        foreach (var (task, wanted) in desired)
        {
            var ended = wanted == TaskState.Remove || agent.Journal.Tasks[CoreHarness.Task(task)].Result is not null;
            if (ended || wanted == TaskState.Running)
                Assert.Equal(agent.Files.Count > 0 && !ended, agent.Engine.Folders.ContainsKey(CoreHarness.Task(task)));
            var found = agent.Engine.Containers
                .Where(c => c.Labels[ContainerLabels.Task] == $"{CoreHarness.Task(task)}").ToList();
            if (wanted == TaskState.Remove)
            {
                Assert.Empty(found);
                continue;
            }
            var state = agent.Journal.Tasks[CoreHarness.Task(task)].Result is { } end ? (TaskState)end.State : wanted;
            var expected = state switch
            {
                TaskState.Running => ContainerStatus.Running,
                TaskState.Ready => ContainerStatus.Created,
                _ => (ContainerStatus?)null,
            };
            Assert.True(found.Count <= 1, $"task {task} has {found.Count} containers");
            if (expected is not null)
                Assert.True(found.Count == 1 && found[0].Status == expected, $"task {task} wanted {state}, found {found.FirstOrDefault()?.Status}");
            else
                Assert.DoesNotContain(found, c => c.Status == ContainerStatus.Running);
        }
    }
}
