# Completion of lm in zsh. The command itself lists what fits; without a match, file names are completed.
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
_lm() {
    local line=$LBUFFER
    local -a found
    found=("${(@f)$(${(Q)words[1]} "[suggest:${#line}]" "$line" 2>/dev/null)}")
    found=(${found:#})
    # Options are offered once a word begins as one; before, a file is likelier.
    [[ $PREFIX == -* ]] || found=(${found:#-*})
    compadd -a found || _files
}
compdef _lm lm
