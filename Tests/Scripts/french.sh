#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# No agent reads English unless their environment says so: the help of every command, and errors of usage.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
unset LC_ALL LC_MESSAGES LIAISON_VAULT
printf 'essai\n' >"$dir/passphrase"
export LIAISON_PASSPHRASE_FILE="$dir/passphrase"

cat >"$dir/english.py" <<'PY'
"""The English words of a text on standard input, apart from names of options and commands, placeholders and values."""
import re, sys

frequent = """the of and your with from show file write print usage: error missing unknown see for this that these what who
which when where whose is are was were be been has have had does do not no to it its they their them you by at into unless
until every only without answer answers given make made take takes say says open opened deposit sealed signed key keys unit
unit's agent's log's registrar's institution's roster registrar relay vault device value values invalid default option:
options: arguments: overview subcommand subcommands unexpected expected help: detailed read last first day
time number directory repeated hours valid one two new old further already""".split()
text = sys.stdin.read()
# What is typed as it stands, in either language.
text = re.sub(r"(?m)^  [a-z-]+( {2,})", r"\1", text)                # the name of a command in a list
text = re.sub(r"\bliaison(\s+[a-z-]+)+", "", text)                    # a command in a sentence
text = re.sub(r"\bregistrar\s+[a-z]+|\bkeys export\b", "", text)
text = re.sub(r"<[^>]*>|«[^»]*»|--?[a-z][a-z-]*|https?://\S+|\S*[@_/.]\w\S*", "", text)
words = re.findall(r"[A-Za-zÀ-ÿ]+(?:'s\b)?:?", text)
print(" ".join(sorted({w for w in words if w.lower() in frequent})))
PY

# french COMMAND…: whatever it says, none of it is English
french() {
    local words
    LANG=fr_FR.UTF-8 "$bin/liaison" "$@" </dev/null >"$dir/out" 2>&1 || true
    words=$("$python" "$dir/english.py" <"$dir/out")
    [ -z "$words" ] || fail "English in French: $words, in: liaison $* ($(cat "$dir/out"))"
}
# commands COMMAND…: the names below it, from its help
commands() { LANG=fr_FR.UTF-8 "$bin/liaison" "$@" --help | sed -n '/^COMMANDES :$/,$ s/^  \([a-z-]\{1,\}\)\(  .*\)\{0,1\}$/\1/p'; }

# Every command: its help, and what it says of a mistyped option, a missing argument and one too many
walked=0
walk() {
    local name
    french "$@" --help
    says 'EMPLOI : liaison' "$dir/out"
    says 'Afficher cette aide.' "$dir/out"
    french "$@" --nonsense
    french "$@" un deux trois quatre cinq
    french "$@" --vault
    walked=$((walked + 1))
    for name in $(commands "$@"); do walk "$@" "$name"; done
}
walk
[ "$walked" -gt 50 ] || fail "only $walked commands have help"

# Errors of usage, by what is wrong
wrong() {
    local expected=$1
    shift
    french "$@"
    says "$expected" "$dir/out"
    exits 64 env LANG=fr_FR.UTF-8 "$bin/liaison" "$@"
    [ ! -s "$dir/out" ] || fail "an error of usage on standard output: $(cat "$dir/out")"
}
wrong 'option inconnue : --yess (vouliez-vous dire --yes ?)' send referral --yess
wrong "il manque l'argument obligatoire <type>" send
wrong "il manque l'option obligatoire --until" registrar absence iscg-est@avema01
wrong 'il manque la valeur de --to' send referral --to
wrong 'argument inattendu : « deux »' inbox deux
wrong '2 arguments inattendus : « deux », « trois »' inbox deux trois
wrong '« xml »' inbox --format xml
wrong 'valeurs possibles : « text » ou « json »' inbox --format xml
wrong '« beaucoup »' registrar invite iscg-est@avema01 --hours beaucoup
wrong 'ne prend pas de valeur' send referral --yes=1
wrong '--since, --until, --unit, --event et --export' audit --unit iscg-est@avema01
wrong 'coffre non indiqué' inbox
wrong 'NON TRANSMIS' send referral --yess
wrong 'NON TRANSMIS' send referral --to iscg-est@avema01
[ "$(grep -c 'NON TRANSMIS' "$dir/err")" = 1 ] || fail "said twice: $(cat "$dir/err")"

# French is what nobody chose, English what somebody did
exits 0 env -u LANG "$bin/liaison" --help
says 'OBJET : ' "$dir/out"
exits 0 env LANG=en_US.UTF-8 "$bin/liaison" send --help
says 'OVERVIEW: Seal a form' "$dir/out"
says 'Show help information.' "$dir/out"
exits 64 env LANG=en_US.UTF-8 "$bin/liaison" send
says "Error: Missing expected argument '<kind>'" "$dir/err"
says 'NOT SENT' "$dir/err"
exits 64 env LANG=fr_FR.UTF-8 LC_ALL=en_GB.UTF-8 "$bin/liaison" inbox --nonsense
says "Error: Unknown option '--nonsense'" "$dir/err"
exits 0 env LANG=fr_FR.UTF-8 "$bin/liaison" --generate-completion-script bash
bash -n "$dir/out" || fail 'the completion script is damaged'
