#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# A vault unlocked once for a session: the next commands ask for nothing, another session does, and it locks after its time,
# by hand, and when another vault lies in its place.
. "$(dirname "$0")/lib.sh"

if [ -z "${IN_SESSION:-}" ]; then
    fresh "$small"
    # What is asked without a session key ring of one's own.
    if keyctl describe @s 2>/dev/null | grep -q '_uid_ses\.'; then
        LANG=fr_FR.UTF-8 LIAISON_VAULT="$dir/sb/agents/iscg-est" \
            LIAISON_PASSPHRASE_FILE="$dir/sb/agents/iscg-est.passphrase" exits 65 "$bin/liaison" unlock
        says "n'a pas de trousseau de clés à elle" "$dir/err"
    fi
    IN_SESSION=1 keyctl session - bash "$0" "$dir" 2>"$dir/session" || fail "$(cat "$dir/session")"
    exit 0
fi

export LANG=fr_FR.UTF-8 LIAISON_VAULT="$dir/sb/agents/iscg-est"
passphrase="$dir/sb/agents/iscg-est.passphrase"
unlock() { LIAISON_PASSPHRASE_FILE="$passphrase" "$bin/liaison" unlock "$@" 2>"$dir/err"; }
locked() { exits 65 "$bin/liaison" inbox </dev/null; says "phrase de passe non indiquée" "$dir/err"; }

# Locked: a command without a passphrase says so, status asks for none.
locked
"$bin/liaison" status >"$dir/out"
says "verrouillé" "$dir/out"

# Unlocked: nothing is asked for, in this session.
unlock || fail "$(cat "$dir/err")"
says "se verrouille 15 min après la dernière commande" "$dir/err"
"$bin/liaison" inbox </dev/null >"$dir/out" 2>"$dir/err" || fail "$(cat "$dir/err")"
"$bin/liaison" status >"$dir/out"
says "déverrouillé, se verrouille 15 min après" "$dir/out"
says "Transmissions pas encore parties : 0" "$dir/out"
exits 65 keyctl session - "$bin/liaison" inbox </dev/null

# By hand.
"$bin/liaison" lock 2>"$dir/err"
says "Coffre verrouillé." "$dir/err"
locked

# Longer than usual: only on a computer of one's own, and never beyond eight hours.
exits 65 unlock --for 8h
says "seulement sur un poste que personne d'autre n'utilise" "$dir/err"
unlock --personal --for 8h || fail "$(cat "$dir/err")"
says "se verrouille 8 h après" "$dir/err"
exits 64 unlock --for 9h
exits 64 unlock --for 8
unlock --shared
exits 65 unlock --for 1h

# After its time.
unlock --for 1s
sleep 2
locked

# Another vault in its place: the key is forgotten, and the passphrase asked for.
unlock
mv "$dir/sb/agents/iscg-est/vault.sqlite" "$dir/kept.sqlite"
cp "$dir/sb/agents/bta-montluel/vault.sqlite" "$dir/sb/agents/iscg-est/vault.sqlite"
locked
mv "$dir/kept.sqlite" "$dir/sb/agents/iscg-est/vault.sqlite"
locked

# Two commands at once wait for each other.
unlock
for number in 1 2 3; do "$bin/liaison" inbox </dev/null >"$dir/out.$number" 2>"$dir/err.$number" & done
wait
for number in 1 2 3; do says "Aucune transmission." "$dir/out.$number"; done
