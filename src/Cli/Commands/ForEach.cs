using Orch.Cli.Parsing;

namespace Orch.Cli.Commands;

/// <summary>Commands over several objects do what they can, and then say what they could not.</summary>
internal static class ForEach
{
    public static int Word(Invocation call, Action<string> act)
    {
        var errors = new List<string>();
        foreach (var word in call.Words)
        {
            try
            {
                act(word);
            }
            catch (CommandException e)
            {
                errors.Add(e.Message);
            }
        }
        return errors.Count == 0 ? 0 : throw new CommandException(string.Join('\n', errors));
    }
}
