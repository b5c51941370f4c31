# Completion of lm in fish. The command itself lists what fits; file names are completed besides.
function __lm_complete
    set -l line (commandline --cut-at-cursor --current-process | string collect)
    set -l program (commandline --tokenize --current-process)[1]
    set -l found ($program "[suggest:"(string length -- $line)"]" $line 2>/dev/null)
    # Options are offered once a word begins as one; before, a file is likelier.
    string match -q -- '-*' (commandline --current-token); or set found (string match -v -- '-*' $found)
    string match -v -- '' $found
end
complete --command lm --arguments '(__lm_complete)'
