using System.CommandLine;

namespace KernelGen.Tool.CommandLine;

/// <summary>Writes what makes a shell complete the tool's command lines, by asking the tool itself.</summary>
internal sealed class CompletionsCommand : Command
{
    // In each shell: options are offered where a dash has been typed; elsewhere values are, or files where there are none.
    private const string Bash = """
        # kernelgen completions bash >> ~/.bashrc
        _kernelgen() {
            local line=${COMP_LINE#* } word=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'
            local position=$((COMP_POINT - ${#COMP_LINE} + ${#line}))
            local found=$(kernelgen "[suggest:$position]" "$line" 2>/dev/null)
            [[ $word == -* ]] || found=$(grep -v '^-' <<<"$found")
            COMPREPLY=($(compgen -W "$found" -- "$word"))
            [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
        }
        complete -o default -F _kernelgen kernelgen
        """;

    private const string Zsh = """
        # kernelgen completions zsh >> ~/.zshrc    (behind the line with compinit)
        _kernelgen() {
            local line=${BUFFER#* }
            local -a found=("${(@f)$(kernelgen "[suggest:$((CURSOR - ${#BUFFER} + ${#line}))]" "$line" 2>/dev/null)}")
            [[ $PREFIX == -* ]] || found=(${found:#-*})
            local -a names=(${(M)found:#*=})
            compadd -S '' -a names || compadd -- ${found:#*=} || _files
        }
        compdef _kernelgen kernelgen
        """;

    private const string Fish = """
        # kernelgen completions fish > ~/.config/fish/completions/kernelgen.fish
        function __kernelgen
            set -l word (commandline -ct)
            set -l line (string replace -r '^\S+\s' '' -- (commandline -cp))
            set -l found (kernelgen "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null | string match -r '.+')
            string match -q -- '-*' "$word"; or set found (string match -v -- '-*' $found)
            if set -q found[1]
                printf '%s\n' $found
            else
                __fish_complete_path "$word"
            end
        end
        complete -c kernelgen -f -a '(__kernelgen)'
        """;

    private const string PowerShell = """
        # kernelgen completions pwsh >> $PROFILE
        Register-ArgumentCompleter -Native -CommandName kernelgen -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $line = "$commandAst".PadRight($cursorPosition) -replace '^\S+\s', ''
            $position = $cursorPosition - "$commandAst".PadRight($cursorPosition).Length + $line.Length
            kernelgen "[suggest:$position]" "$line" | Where-Object {
                $_ -like "$wordToComplete*" -and ($wordToComplete -like '-*' -or $_ -notlike '-*')
            } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    private readonly Argument<string> _shell = new("shell") { Description = "bash, zsh, fish or pwsh." };

    public CompletionsCommand(Terminal terminal)
        : base("completions", "Write the script that makes a shell complete kernelgen's command lines.")
    {
        _shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        Add(_shell);
        SetAction(result =>
        {
            terminal.Output.WriteLine(result.GetRequiredValue(_shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                "fish" => Fish,
                _ => PowerShell,
            });
            return ExitCode.Success;
        });
    }
}
