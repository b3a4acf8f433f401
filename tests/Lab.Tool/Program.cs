using System.Globalization;
using Orch.Testing;
using Orch.Testing.Tool;

const string usage = """
    lab up [N] [--label L] [--no-engine] [--engine-arg ARG]...   N machines (3) until Ctrl-C; takes commands meanwhile
        [--engine host|trixie|sid[,...]]                         whose engine each machine runs, the last for all beyond
    lab COMMAND [MACHINE...]                                     tells the running lab; "lab help" lists the commands
    lab check                                                    one machine through everything: does a lab work here?
    lab sweep                                                    removes what killed labs left
    """;

try
{
    switch (args)
    {
        case []:
            Console.WriteLine(usage);
            return 2;
        case ["up", .. var rest]:
            return await Session.RunAsync(Parse(rest));
        case ["check"]:
            return await SelfCheck.RunAsync();
        case ["sweep"]:
            await Lab.SweepAsync();
            return 0;
        default:
            return await Control.AskAsync(string.Join(' ', args));
    }
}
catch (Exception e) when (e is LabException or ArgumentException or TimeoutException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static LabOptions Parse(string[] words)
{
    var options = new LabOptions { Label = "hand" };
    for (var rest = new Queue<string>(words); rest.TryDequeue(out var word);)
    {
        options = word switch
        {
            "--label" => options with { Label = Value() },
            "--engine" => options with { Engines = Value().Split(',') },
            "--no-engine" => options with { Engine = false },
            "--engine-arg" => options with { EngineArgs = [.. options.EngineArgs, Value()] },
            _ when int.TryParse(word, CultureInfo.InvariantCulture, out var n) => options with { Machines = n },
            _ => throw new ArgumentException($"'{word}' is not understood.\n{usage}"),
        };

        string Value() => rest.TryDequeue(out var next) ? next : throw new ArgumentException($"{word} needs a value.");
    }
    return options;
}
