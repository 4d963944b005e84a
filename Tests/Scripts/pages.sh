#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Manual pages and completions are made from the commands: one page for each, in both languages, that groff takes without a word;
# completions that their shells can read.
. "$(dirname "$0")/lib.sh"
share=$dir/share
"$ROOT/scripts/pages" "$share" "$bin" >"$dir/out" 2>&1 || fail "$(cat "$dir/out")"
for page in liaison liaison-outbox liaison-registrar-invite liaisond liaisond-serve; do
    for language in "" fr/; do
        [ -s "$share/man/${language}man1/$page.1" ] || fail "no page $language$page"
    done
done
says 'NAME' "$share/man/man1/liaison-outbox.1"
says 'BCboîte' <(sed 's/\\\[u00EE\]/î/; s/La bo/BCbo/' "$share/man/fr/man1/liaison-outbox.1")
if command -v groff >/dev/null; then
    for page in "$share"/man/man1/*.1 "$share"/man/fr/man1/*.1; do
        words=$(groff -mdoc -Tutf8 -ww -z "$page" 2>&1)
        [ -z "$words" ] || fail "$page: $words"
    done
fi
bash -n "$share/bash-completion/completions/liaison"
# What bash would offer for an unfinished word
offered=$(bash -c ". '$share/bash-completion/completions/liaison'
    COMP_WORDS=(liaison outb) COMP_CWORD=1 COMP_LINE='liaison outb' COMP_POINT=12
    _liaison liaison outb liaison 2>/dev/null; printf '%s\n' \"\${COMPREPLY[@]}\"")
[ "$offered" = outbox ] || fail "bash offers: $offered"
head -1 "$share/zsh/site-functions/_liaison" | grep -q '^#compdef liaison' || fail 'zsh'
grep -q 'complete -c .liaison' "$share/fish/vendor_completions.d/liaison.fish" || fail 'fish'
