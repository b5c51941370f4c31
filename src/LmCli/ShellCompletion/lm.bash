# Completion of lm in bash. The command itself lists what fits; without a match, file names are completed.
_lm() {
    local current=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} found
    found=$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)
    # Options are offered once a word begins as one; before, a file is likelier.
    [[ $current == -* ]] || found=$(grep -v '^-' <<<"$found")
    mapfile -t COMPREPLY < <(compgen -W "$found" -- "$current")
}
complete -o default -F _lm lm
