#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# What is typed is what is meant: numbers, dates and words as people type them, what the person agreed to share, an agreement
# withdrawn, short names of transmissions, passphrases. All persons are fictitious.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
fresh

person=(--set last_name=TESTARD --set first_name=Alpha --set beneficiary_profile=victime
    --set 'main_issue=violences au sein du couple' --set referral_mode=directe --set referral_origin=intervention
    --set adhesion_status=donnée --set person_informed=oui --yes)
refuse() { # refuse TEXT FIELDS…: the form is not sent, and says why
    local text=$1
    shift
    interdit 65 bta-montluel send saisine --to iscg-est@avema01 "${person[@]}" --set minors_present=2 "$@"
    says "$text" "$dir/out"
    says 'NON TRANSMIS' "$dir/out"
}

# Labels, the unknown, dates and numbers as they are said; arguments can be seen by others: said once
dit bta-montluel send saisine --to iscg-est@avema01 "${person[@]}" --set minors_present=inconnu \
    --set 'birth_date=14/03/1990' --set 'safe_phone=0033 6 39 98 00 01' --set source_reference=2026/001234
id=$(deposited)
says 'les autres utilisateurs de cette machine peuvent voir ce qui suit --set' "$dir/out"
dit iscg-est read "$id"
says 'Profil de la personne : victime' "$dir/out"
says 'Date de naissance : 14/03/1990' "$dir/out"
says 'inconnu' "$dir/out"
as iscg-est read "$id" >"$dir/out"
[ "$(json 'd["form"]["birth_date"], d["form"]["main_issue"], d["form"]["minors_present"]')" = \
    "('1990-03-14', 'couple_violence', 'unknown')" ] || fail "$(cat "$dir/out")"
dit bta-montluel send saisine --to iscg-est@avema01 "${person[@]}" --set minors_present=0 --set safe_phone=0639980001
tait 'les autres utilisateurs' "$dir/out"

# What cannot be is refused with its value, and nothing is sent
refuse 'Téléphone sûr' --set safe_phone=0039
refuse 'Date de naissance' --set safe_phone=0639980001 --set birth_date=2190-01-01
refuse 'Date de naissance' --set safe_phone=0639980001 --set birth_date=14/03/90
refuse 'Référence' --set safe_phone=0639980001 --set 'source_reference=Mme TESTARD'
interdit 65 iscg-est send orientation --to cms-bourg@cd01 "${orientation[@]}" --set consent_date=2099-01-01 --yes
says "Date" "$dir/out"
interdit 65 iscg-est send orientation --to cms-bourg@cd01 "${orientation[@]}" --set residence_commune=01000 --yes
says 'code postal' "$dir/out"

# An orientation holds what the person agreed to share
interdit 65 iscg-est send orientation --to cms-bourg@cd01 "${orientation[@]}" --set 'shared_scope=identité' --yes
says "demande l'accord de la personne pour « " "$dir/out"

# The person withdraws their agreement: nothing further in that thread, and not the same agreement again
dit iscg-est send orientation --to cms-bourg@cd01 "${orientation[@]}" --yes
id=$(deposited)
dit cms-bourg read "$id"
dit iscg-est withdraw "$id" --reason consent_withdrawn
dit cms-bourg alerts
says 'DEMANDE à exécuter, puis à confirmer' "$dir/out"
interdit 77 iscg-est send orientation --to cms-nantua@cd01 "${orientation[@]}" --yes
says 'la personne a retiré son accord' "$dir/out"
dit iscg-est send orientation --to cms-nantua@cd01 "${orientation[@]}" --set last_name=EXEMPLE --set first_name=Bêta --yes

# A transmission by its number in the last list, or by its beginning; never by a wrong one
dit iscg-est sent
dit iscg-est track 1
interdit 65 iscg-est track 900
says "la dernière liste n'a pas de numéro 900" "$dir/out"
dit iscg-est track "${id: -8}"
interdit 65 iscg-est track zzzz
says 'transmission inconnue' "$dir/out"

# A new passphrase is asked twice and must be hard to guess
cat >"$dir/choose.py" <<'PY'
import os, pty, select, sys
answers = [line.rstrip("\n").split("\t") for line in open(sys.argv[1], encoding="utf-8")]
pid, terminal = pty.fork()
if pid == 0:
    os.environ.pop("LIAISON_PASSPHRASE_FILE", None)
    os.execvp(sys.argv[2], sys.argv[2:])
seen, mark = b"", 0
for question, answer in answers:
    while question.encode() not in seen[mark:]:
        if not select.select([terminal], [], [], 30)[0]:
            sys.exit(f"no question {question!r} in {seen[mark:].decode()!r}")
        seen += os.read(terminal, 65536)
    mark = len(seen)
    os.write(terminal, answer.encode() + b"\n")
try:
    while select.select([terminal], [], [], 30)[0]:
        piece = os.read(terminal, 65536)
        if not piece:
            break
        seen += piece
except OSError:
    pass
print(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
printf '%s\t%s\n' 'Phrase de passe :' motdepasse123 'Phrase de passe :' 'lampe girafe clavier orage beurre' \
    'Phrase de passe :' 'lampe girafe clavier orage' 'Phrase de passe :' 'lampe girafe clavier orage beurre' \
    'Phrase de passe :' 'lampe girafe clavier orage beurre' >"$dir/answers"
LANG=fr_FR.UTF-8 LIAISON_VAULT="$dir/sb/agents/nouveau" "$python" "$dir/choose.py" "$dir/answers" \
    "$bin/liaison" enrol d-77@avema01 --convention "$dir/sb/convention.note" >"$dir/out" || fail "$(cat "$dir/out")"
says 'trop facile à deviner' "$dir/out"
says 'Les deux saisies diffèrent' "$dir/out"
says 'liaison/possession/v1' "$dir/out"
tait 'motdepasse123' "$dir/out"

# typing UNIT COMMAND…: as somebody types the answers of $dir/answers at a terminal, the passphrase as well
typing() {
    local unit=$1
    shift
    LANG=fr_FR.UTF-8 LIAISON_VAULT="$dir/sb/agents/$unit" "$python" "$(dirname "$0")/terminal.py" "$dir/answers" \
        "$bin/liaison" "$@" >"$dir/out" || fail "$(cat "$dir/out")"
}
# answers QUESTION ANSWER…
answers() { printf '%s\t%s\n' "$@" >"$dir/answers"; }
passphrase=$(cat "$dir/sb/agents/bta-montluel.passphrase")

# Whatever ends the program while the passphrase is typed, the terminal shows again what is typed; Ctrl-Z stops nothing
while read -r end status; do
    answers 'Phrase de passe :' "$end"
    typing bta-montluel inbox
    says "exit $status" "$dir/out"
done <<'ENDS'
^C -2
^\ -3
SIGTERM -15
SIGHUP -1
SIGQUIT -3
ENDS
answers 'Phrase de passe :' ^C
typing bta-montluel send saisine --to iscg-est@avema01 "${person[@]}"
says 'NON TRANSMIS' "$dir/out"
answers 'Phrase de passe :' "\\x1a$passphrase" "Phrase de passe :" "$passphrase"
typing bta-montluel units montluel
says 'exit 0' "$dir/out"
says 'Phrase de passe incorrecte, recommencez' "$dir/out"
tait "$passphrase" "$dir/out"

# A yes is a yes, and none that was typed before the question, or that only begins like one
dit bta-montluel send saisine --to iscg-est@avema01 "${person[@]}" --set minors_present=0 --set safe_phone=0639980001
id=$(deposited)
export LIAISON_PASSPHRASE_FILE="$dir/sb/agents/bta-montluel.passphrase"
for no in oups 'oh non' yesterday n ''; do
    answers '' o 'Retirer ? [o/N]' "$no"
    typing bta-montluel withdraw "$id" --reason misdirected
    says "rien n'a été fait" "$dir/out"
done
answers 'Retirer ? [o/N]' ' OUI '
typing bta-montluel withdraw "$id" --reason misdirected
says 'exit 0' "$dir/out"
says 'pas encore ouverte, détruite' "$dir/out"

# Nobody is asked about what cannot be done
: >"$dir/answers"
typing bta-montluel outbox "$id" --discard
says 'elle est déjà déposée' "$dir/out"
tait 'La détruire' "$dir/out"
dit bta-montluel send saisine --to iscg-est@avema01 "${person[@]}" --set minors_present=0 --set safe_phone=0639980001
id=$(deposited)
export LIAISON_PASSPHRASE_FILE="$dir/sb/agents/iscg-est.passphrase"
typing iscg-est withdraw "$id" --reason misdirected
says "seule l'unité qui l'a envoyée peut la retirer" "$dir/out"
tait 'Retirer ?' "$dir/out"
