using Orch.Agent;
using Orch.Agent.Networks;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using TaskAddress = Orch.Contracts.Agent.TaskAddress;

namespace Orch.Tests.Agent.Networks;

public sealed class NetworkDeskTests : IDisposable
{
    private static readonly TaskId _task = new(7);
    private readonly string _folder = Directory.CreateTempSubdirectory("orch-networks-").FullName;
    private readonly List<BookChanges> _told = [];
    private readonly List<long> _asked = [];
    private readonly List<string> _warnings = [];
    private NetworkDesk? _desk;

    private NetworkDesk Desk => _desk ??= new(
        NetworkJournal.Open(_folder, _warnings.Add), TimeProvider.System, AgentLog.ToStandardError(TimeProvider.System))
    {
        Followers = [(_, changes) => _told.Add(changes)],
        Settled = (version, _) =>
        {
            _asked.Add(version);
            return Task.FromResult<string?>(null);
        },
    };

    public void Dispose()
    {
        _desk?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static NetworkUpdate Update(bool serving = true) => new()
    {
        Networks = { new NetworkAssignment { Id = "n1", Name = "front", Vni = 9, BridgeAddress = "10.0.0.2", Subnets = { new Orch.Contracts.Agent.NetworkSubnet { Block = "10.0.0.0/24" } } } },
        Services = { new ServiceEndpoint { Id = "s1", Name = "web", Networks = { new NetworkAttachment { NetworkId = "n1", Vip = "10.0.0.9" } } } },
        Tasks = { Endpoint(serving) },
    };

    private static TaskEndpoint Endpoint(bool serving = true) => new()
    {
        Id = $"{_task}",
        ServiceId = "s1",
        Serving = serving,
        Addresses = { new TaskAddress { NetworkId = "n1", Address = "10.0.0.5" } },
    };

    private bool Serves => Desk.Book.Tasks[$"{_task}"].Serving;

    private void Restart()
    {
        _desk?.Dispose();
        _desk = null;
        Desk.Begin([]);
    }

    [Fact]
    public void What_was_told_is_there_after_a_restart_without_a_manager()
    {
        Desk.Take(Update());
        Desk.Take(new() { Tasks = { Endpoint(serving: false) } });

        Restart();

        Assert.Equal("front", Desk.Book.Networks["n1"].Name);
        Assert.Equal("or-9", Desk.Book.Networks["n1"].BridgeName);
        Assert.Equal("web", Desk.Book.Services["s1"].Name);
        Assert.False(Serves);
    }

    [Fact]
    public void What_a_crash_tore_off_the_journal_s_end_does_not_spoil_the_rest()
    {
        Desk.Take(Update());
        _desk!.Dispose();
        var path = Path.Combine(_folder, "networks.journal");
        File.WriteAllBytes(path, [.. File.ReadAllBytes(path), 40, 0, 0, 0, 1, 2, 3]);

        Restart();

        Assert.True(Serves);
    }

    [Fact]
    public void A_damaged_journal_is_an_empty_one()
    {
        File.WriteAllText(Path.Combine(_folder, "networks.journal"), "nonsense that is no journal");

        Restart();

        Assert.Empty(Desk.Book.Networks);
    }

    [Fact]
    public void A_journal_that_cannot_be_written_costs_a_warning_and_no_name()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "networks.journal"));

        Desk.Take(Update());

        Assert.True(Serves);
        Assert.Contains(_warnings, warning => warning.Contains("networks.journal cannot be written", StringComparison.Ordinal));
    }

    [Fact]
    public void A_task_that_left_gets_nothing_new_although_the_manager_says_it_serves()
    {
        Desk.Take(Update());

        Desk.Leave(_task);
        Assert.False(Serves);
        Desk.Take(new() { Tasks = { Endpoint() } });

        Assert.False(Serves);
    }

    [Fact]
    public void A_task_that_can_be_reached_again_is_back_as_the_manager_said()
    {
        Desk.Take(Update());
        Desk.Leave(_task);

        Desk.Return(_task);

        Assert.True(Serves);
    }

    [Fact]
    public void A_task_that_left_before_the_manager_told_of_it_is_away_when_it_does()
    {
        Desk.Leave(_task);

        Desk.Take(Update());

        Assert.False(Serves);
    }

    [Fact]
    public void After_a_boot_no_task_of_this_machine_serves_until_it_is_found_running()
    {
        Desk.Take(Update());
        _desk!.Dispose();
        _desk = null;

        Desk.Begin([_task]);
        Assert.False(Serves);
        Desk.Return(_task);

        Assert.True(Serves);
    }

    [Fact]
    public async Task Leaving_waits_for_the_rules_also_of_a_task_that_the_book_knows_no_more()
    {
        Desk.Take(Update());
        Desk.Take(new() { RemovedTasks = { $"{_task}" } });

        await Desk.LeaveAsync(_task, default);

        Assert.Equal([2], _asked);
    }

    [Fact]
    public void An_update_in_parts_is_applied_as_one()
    {
        Desk.Take(Update());
        _told.Clear();

        Desk.Take(new() { Complete = true, More = true, Networks = { Update().Networks } });
        Assert.True(Serves);
        Desk.Take(new() { Services = { Update().Services } });

        var changes = Assert.Single(_told);
        Assert.Empty(Desk.Book.Tasks);
        Assert.Contains("s1", changes.Services);
    }

    [Fact]
    public void What_a_session_left_unsaid_is_no_part_of_what_the_next_one_says()
    {
        Desk.Take(new() { Complete = true, More = true, Networks = { Update().Networks } });

        Desk.Take(new() { Complete = true, Services = { Update().Services } });

        Assert.Empty(Desk.Book.Networks);
    }

    [Fact]
    public void A_book_made_of_changes_is_the_book_of_what_they_come_to()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var truth = new NetworkTruth();
            var book = NetworkBook.Empty;
            for (var step = 0; step < 30; step++)
            {
                var update = RandomUpdate(random);
                truth.Apply(update);
                (book, _) = book.Apply(update);
            }
            Assert.Equal(Shown(NetworkBook.Empty.Apply(truth.Whole()).Book), Shown(book));
        }
    }

    private static NetworkUpdate RandomUpdate(Random random)
    {
        var update = new NetworkUpdate { Complete = random.Next(8) == 0 };
        for (var i = random.Next(4); i > 0; i--)
        {
            var (task, service) = ($"t{random.Next(6)}", $"s{random.Next(3)}");
            if (random.Next(3) == 0)
                update.RemovedTasks.Add(task);
            else if (update.Tasks.All(one => one.Id != task))
                update.Tasks.Add(new TaskEndpoint { Id = task, ServiceId = service, Serving = random.Next(2) == 0 });
            if (random.Next(3) == 0)
                update.RemovedServices.Add(service);
            else if (update.Services.All(one => one.Id != service))
                update.Services.Add(new ServiceEndpoint { Id = service, Name = $"name{random.Next(9)}" });
        }
        return update;
    }

    private static string Shown(NetworkBook book) => string.Join('\n',
        book.Services.Values.OrderBy(s => s.Id, StringComparer.Ordinal)
            .Select(s => $"{s.Id} {s.Name}: {string.Join(' ', book.TasksOf(s.Id).Select(t => $"{t.Id}={t.Serving}"))}")
            .Concat(book.Tasks.Keys.Order(StringComparer.Ordinal)));
}
