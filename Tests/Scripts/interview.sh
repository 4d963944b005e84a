#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# A tired person on a terminal: asked field by field, in French, corrected as they type; interrupted, and taken up again.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

"$sandbox" up "$dir/sb" --convention "$small"
cat >"$dir/type.py" <<'PY'
"""Types answers at a terminal as their questions come; prints what the terminal showed and the exit code."""
import os, pty, select, sys, time

answers = [line.rstrip("\n").split("\t") for line in open(sys.argv[1], encoding="utf-8")]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen, mark, started = b"", 0, time.time()
for question, answer in answers:
    while question.encode() not in seen[mark:]:
        if not select.select([terminal], [], [], 30)[0]:
            sys.exit(f"no question {question!r} in {seen[mark:].decode()!r}")
        seen += os.read(terminal, 65536)
    mark = len(seen)
    os.write(terminal, (b"\x04" if answer == "^D" else answer.encode() + b"\n"))
try:
    while select.select([terminal], [], [], 30)[0]:
        piece = os.read(terminal, 65536)
        if not piece:
            break
        seen += piece
except OSError:
    pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.write(seen.decode())
print(f"exit {status} after {time.time() - started:.0f} s")
PY
types() {
    LANG=fr_FR.UTF-8 LIAISON_VAULT="$dir/sb/agents/bta-montluel" \
        LIAISON_PASSPHRASE_FILE="$dir/sb/agents/bta-montluel.passphrase" \
        "$python" "$dir/type.py" "$dir/answers" "$bin/liaison" send referral >"$dir/out" || fail "$(cat "$dir/out")"
}

# Interrupted after three fields, one of them wrong at first
printf '%s\t%s\n' 'Destinataire (numéro)' 1 'Nom' TESTARD 'Prénom' Alpha 'Téléphone sûr' 'appelez-moi' \
    'attendu : numéro de téléphone' '06 39 98 00 01' 'Profil de la personne' ^D >"$dir/answers"
types
says 'interrompu : les réponses sont gardées dans le coffre' "$dir/out"
says 'NON TRANSMIS' "$dir/out"
says 'exit 65' "$dir/out"
if grep -rqF TESTARD "$dir/sb/agents/bta-montluel"; then fail 'the draft is in clear'; fi

# Taken up again: what was answered is kept with Enter, a choice is a number, the summary stands before the seal
printf '%s\t%s\n' 'Destinataire (numéro)' 1 'Reprendre le brouillon' o 'gardé : TESTARD' '' 'gardé : Alpha' '' \
    'gardé : 06 39 98 00 01' '' 'Profil de la personne' 5 'Problématique principale' couple_violence \
    'Mode de saisine' 9 'attendu' 1 'Origine de la saisine' intervention 'Mineurs présents' 2 \
    'Adhésion de la personne' 1 'Personne informée' 1 'Champs facultatifs' n 'Envoyer ?' o >"$dir/answers"
types
says 'Profil de la personne : victime' "$dir/out"
says 'ISCG est, Montluel' "$dir/out"
says 'déposé, pas encore ouvert' "$dir/out"
says 'exit 0' "$dir/out"
as iscg-est inbox >"$dir/out"
id=$(json 'd[0]["id"]')
as iscg-est read "$id" >"$dir/out"
[ "$(json 'd["form"]["main_issue"], d["form"]["minors_present"]')" = "('couple_violence', 2)" ] || fail "$(cat "$dir/out")"

# Sent, the draft is gone
printf '%s\t%s\n' 'Destinataire (numéro)' 1 'Nom' ^D >"$dir/answers"
types
if grep -q 'Reprendre le brouillon' "$dir/out"; then fail 'the draft outlived the sending'; fi
