#!/usr/bin/env bash
# Writes docs/reading.md: what models write in three ways, six texts each, unchosen.
#   build/reading.sh MODEL [OTHER-MODEL]      from the root of the repository
set -euo pipefail
cd "$(dirname "$0")/.."
[[ $# -ge 1 && $# -le 2 ]] || { echo "usage: build/reading.sh MODEL [OTHER-MODEL]" >&2; exit 2; }

prompt="Once upon a time"
tokens=160
page=$(mktemp)
trap 'rm -f "$page"' EXIT

# A name, what it is for, and options of lm generate; the first has none, so the model's own settings count.
ways=(
  "Default|the model's own \`generation_config.json\`|"
  "Careful|fewer invented words, more repetition|--temperature 0.7 --top-p 1 --min-p 0.1 --repetition-penalty 1.05"
  "Daring|more surprise, more invented words|--temperature 1 --top-p 1 --min-p 0.05 --repetition-penalty 1"
)

{
  printf '# Reading\n\n'
  fold -s -w 118 <<TEXT | sed -e 's/[[:space:]]*$//'
What \`$1\` writes${2:+ beside \`$2\`} in three ways: six texts each, with the seeds 1 to 6, none of them chosen. Each \
continues "$prompt" by $tokens tokens. [Sampling](sampling.md#defaults-by-evidence) tells how the default was found and \
what the ways differ in. This page is written by
TEXT
  printf '\n```sh\n%s\n```\n' "build/reading.sh $*"
  for way in "${ways[@]}"; do
    IFS='|' read -r name purpose options <<<"$way"
    printf '\n## %s\n\n%s%s.\n' "$name" "${purpose^}" "${options:+: \`$options\`}"
    for seed in 1 2 3 4 5 6; do
      for model in "$@"; do
        printf '\n**%s, seed %s**\n\n' "$model" "$seed"
        # shellcheck disable=SC2086 # several options
        ./lm generate "$model" "$prompt" --echo -n "$tokens" --seed "$seed" $options 2>/dev/null \
          | sed -e '/^[[:space:]]*$/d' -e 's/[\\`*_<#[]/\\&/g' \
          | fold -s -w 118 | sed -e 's/[[:space:]]*$//' -e 's/^/> /' -e '$!s/$//'
      done
    done
  done
} > "$page"
mv "$page" docs/reading.md
chmod 644 docs/reading.md
trap - EXIT
