namespace Orch.Cli.Completion;

/// <summary>
/// The scripts that bind completion to a shell. They only hand on the words and show the answer: what may follow is
/// decided by the program, so a script never grows old. What it says holds names that others chose: no script lets its
/// shell expand them.
/// </summary>
internal static class ShellScripts
{
    public static string? For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => null,
    };

    private const string Bash = """
        # bash completion for orch
        _orch() {
            mapfile -t COMPREPLY < <(orch __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
            [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o filenames -F _orch orch

        """;

    private const string Zsh = """
        #compdef orch
        # zsh completion for orch
        _orch() {
            local -a found
            found=("${(@f)$(orch __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            found=(${found:#})
            if (( ${#found} )); then compadd -- $found; else _files; fi
        }
        if [ "${funcstack[1]}" = _orch ]; then _orch "$@"; else compdef _orch orch; fi

        """;

    private const string Fish = """
        # fish completion for orch
        function __orch_complete
            set -l words (commandline -opc) (commandline -ct)
            orch __complete -- $words[2..-1] 2>/dev/null
        end
        complete -c orch -a '(__orch_complete)'

        """;
}
