#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# A tired person on a terminal: asked field by field, in French, corrected as they type; interrupted, and taken up again;
# pasting more than fits; going back, clearing and correcting before it is sealed.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

fresh "$small"
# types UNIT KIND QUESTION ANSWER…: what the terminal showed is in $dir/out
types() {
    local unit=$1 kind=$2
    shift 2
    printf '%s\t%s\n' "$@" >"$dir/answers"
    LANG=fr_FR.UTF-8 LIAISON_VAULT="$dir/sb/agents/$unit" LIAISON_PASSPHRASE_FILE="$dir/sb/agents/$unit.passphrase" \
        "$python" "$(dirname "$0")/terminal.py" "$dir/answers" "$bin/liaison" send "$kind" >"$dir/out" || fail "$(cat "$dir/out")"
}
# The transmission that the terminal said was deposited
deposited() { sed -n 's/.*\([0-9a-f]\{8\}-[0-9a-f-]\{27\}\) : déposé.*/\1/p' "$dir/out"; }
# received UNIT ID EXPRESSION EXPECTED: of the form as the other side reads it
received() {
    as "$1" read "$2" >"$dir/read"
    [ "$("$python" -c 'import json, sys; form = json.load(open(sys.argv[1]))["form"]; print(eval(sys.argv[2]))' \
        "$dir/read" "$3")" = "$4" ] || fail "$3 is not $4: $(cat "$dir/read")"
}

# Interrupted after three fields, one of them wrong at first
types bta-montluel referral 'Destinataire (numéro)' 1 'Entrée : prioritaire' '' 'Nom' TESTARD 'Prénom' Alpha \
    'Téléphone sûr' 'appelez-moi' 'attendu : numéro de téléphone' '06 39 98 00 01' 'Profil de la personne' ^C
says 'interrompu : les réponses sont gardées dans le coffre' "$dir/out"
says 'NON TRANSMIS' "$dir/out"
says 'exit 65' "$dir/out"
if grep -rqF TESTARD "$dir/sb/agents/bta-montluel"; then fail 'the draft is in clear'; fi

# Taken up again with Enter: what was answered is kept with Enter; steps back; words, numbers and dates as people type them;
# corrected and cleared from the summary, where Enter alone sends nothing
types bta-montluel referral 'Destinataire (numéro)' 1 'Reprendre ce brouillon' '' 'Entrée : prioritaire' '' \
    'gardé : TESTARD' '<' 'Entrée : prioritaire' 1 'gardé : TESTARD' '' 'gardé : Alpha' '' \
    'gardé : 06 39 98 00 01' '' 'Profil de la personne' victime 'Problématique principale' couple_violence \
    'Mode de saisine' 9 'attendu' 1 'Origine de la saisine' '<' 'gardé : directe' '' \
    'Origine de la saisine' intervention 'Mineurs présents' inconnu 'Adhésion de la personne' donnée \
    'Personne informée' oui 'Canaux à éviter' 'messagerie vocale, 5' 'des agents' oui \
    'Créneau de contact sûr' 'le matin' 'Champs facultatifs ?' o 'Date de naissance' 14/03/90 'quatre chiffres' \
    14/03/1990 'Référence de procédure' 2026/001234 "Langue de l'interprète" '' "Motif de l'absence d'information" '' \
    'Référence interne' '?' 'Référence interne' '' 'Référence de la transmission liée' '' \
    'Envoyer ?' 13- 'Envoyer ?' 1- 'Envoyer ?' '' 'Envoyer ?' 13 'Créneau de contact sûr' - \
    'Envoyer ?' 3 'Téléphone sûr' '\x1506 39 98 00 02' 'Envoyer ?' o
says 'compris : violences au sein du couple' "$dir/out"
says '2. Prénom : Alpha' "$dir/out"
says 'Profil de la personne : victime' "$dir/out"
says 'effacé : Référence de procédure' "$dir/out"
says 'obligatoire, ne s' "$dir/out"
says 'Canaux à éviter : messagerie vocale, SMS' "$dir/out"
says 'Date de naissance : 14/03/1990' "$dir/out"
says 'ISCG est, Montluel' "$dir/out"
says 'déposé, pas encore ouvert' "$dir/out"
says 'exit 0' "$dir/out"
id=$(deposited)
received iscg-est "$id" '[form[name] for name in ("main_issue", "minors_present", "birth_date", "safe_phone")]' \
    "['couple_violence', 'unknown', '1990-03-14', '06 39 98 00 02']"
received iscg-est "$id" '[form["unsafe_channels"], form["staff_safety_alert"], form["person_informed"]]' \
    "[['voicemail', 'sms'], True, 'informed']"
received iscg-est "$id" '"source_reference" in form or "safe_contact_window" in form' False

# Sent, the draft is gone
types bta-montluel referral 'Destinataire (numéro)' 1 'Entrée : prioritaire' ^D
if grep -q 'Reprendre ce brouillon' "$dir/out"; then fail 'the draft outlived the sending'; fi

# Urgent: whom to call, and that the call is still to be made; nothing is deleted by Enter
types bta-montluel referral 'Destinataire (numéro)' 1 'Entrée : prioritaire' urgente 'Avez-vous déjà appelé' 25:99 \
    "n'existe pas ce jour-là" '' 'Nom' '' 'Ce champ est obligatoire' TESTARD 'Prénom' ^C
says "TÉLÉPHONEZ D'ABORD" "$dir/out"
says 'Reste à appeler' "$dir/out"
says '04 65 71 01 01' "$dir/out"
types bta-montluel referral 'Destinataire (numéro)' 1 'Reprendre ce brouillon' '' \
    'Entrée : urgente' '' 'Avez-vous déjà appelé' hier\ 21h40 'gardé : TESTARD' ^C
says 'à 21:40:00' "$dir/out"
# Another form is begun beside the draft, with nothing of it; both are known by name and offered again, the latest first
sleep 1
types bta-montluel referral 'Destinataire (numéro)' 1 'Reprendre ce brouillon' n "L'effacer" '' \
    'Entrée : prioritaire' '' 'Nom' FICTIVE 'Prénom' ^C
says 'le brouillon reste gardé' "$dir/out"
if grep -q 'gardé : TESTARD' "$dir/out"; then fail "one person's answers stand in another's form"; fi
types bta-montluel referral 'Destinataire (numéro)' 1 'Reprendre ce brouillon' n "L'effacer" o \
    'Reprendre ce brouillon' '' 'Entrée : urgente' '' 'Avez-vous déjà appelé' '' 'gardé : TESTARD' ^C
says ': FICTIVE' "$dir/out"
types bta-montluel referral 'Destinataire (numéro)' 1 'Reprendre ce brouillon' n "L'effacer" o 'Entrée : prioritaire' '' \
    'Nom' ^C
if grep -q 'gardé : TESTARD' "$dir/out"; then fail 'the draft outlived its deletion'; fi
types bta-montluel referral 'Destinataire (numéro)' 1 'Entrée : prioritaire' ^D
if grep -q 'Reprendre ce brouillon' "$dir/out"; then fail 'a draft outlived its deletion, or an empty one was kept'; fi

# Two paragraphs pasted at once are one answer, and answer no other question
first='Marques aux bras constatées ce soir.'
second='Enfant calme pendant la visite.'
paste="\\x1b[200~$first\\n\\n$second\\x1b[201~\\n"
types iscg-est concern_report 'Destinataire (numéro)' 1 "Nom de l'enfant" DELTA "Prénom de l'enfant" \
    '\x1b[200~En\nfant\x1b[201~' 'Commune de résidence' 01053 'Faits constatés' "$paste" \
    'Propos rapportés' '« On m a tapé. »\n' 'Personne informée' non "au moins l'un de" '' 'nombre entier de 0 à 20' 6 \
    'Canaux à éviter' '' 'Champs facultatifs ?' '' "Motif de l'absence d'information" "intérêt contraire de l'enfant" \
    'Envoyer ?' o
says 'collé sur plusieurs lignes' "$dir/out"
says 'compris : 01053 (Ain)' "$dir/out"
says 'exit 0' "$dir/out"
id=$(deposited)
received cms-bourg "$id" '[form["child_first_name"], form["reported_statements"], form["age_estimate"]]' \
    "['En fant', '« On m a tapé. »', 6]"
received cms-bourg "$id" 'form["observed_facts"].split("\n")' "['$first', '', '$second']"
LANG=fr_FR.UTF-8 say cms-bourg read "$id"
says "$first" "$dir/out"
says "$second" "$dir/out"

# Whatever ends the program in the middle of a long text: what stood there when somebody paused is kept
for end in SIGTERM SIGHUP; do
    types iscg-est concern_report 'Destinataire (numéro)' 1 "Nom de l'enfant" FICTIF "Prénom de l'enfant" Epsilon \
        'Commune de résidence' 01053 'Faits constatés' "Une phrase qui compte, avant $end." '' PAUSE '' "$end"
    if grep -q 'exit 0' "$dir/out"; then fail "$end did not end it"; fi
    # What is added to a text that was kept stands behind it, and is kept in the same way; one Enter leaves it as it is.
    types iscg-est concern_report 'Destinataire (numéro)' 1 'Reprendre ce brouillon' '' 'gardé : FICTIF' '' \
        'gardé : Epsilon' '' 'gardé' '' 'Faits constatés' ' Puis une suite.' '' PAUSE '' "$end"
    types iscg-est concern_report 'Destinataire (numéro)' 1 'Reprendre ce brouillon' '' 'gardé : FICTIF' '' \
        'gardé : Epsilon' '' 'gardé' '' 'Faits constatés' '' 'Propos rapportés' '<' 'Faits constatés' ^C
    says "Une phrase qui compte, avant $end. Puis une suite." "$dir/out"
    types iscg-est concern_report 'Destinataire (numéro)' 1 'Reprendre ce brouillon' n "L'effacer" o "Nom de l'enfant" ^C
done

# 6,000 characters in a field of 1,500, typed and pasted: counted, not cut, and offered again; a file is attached, and what
# the person agreed to share is asked again
long=$(printf 'motif %.0s' {1..1000})x
printf '%%PDF-1.4\nessai\n' >"$dir/lettre.pdf"
types iscg-est orientation 'Destinataire (numéro)' 1 'Nom' FICTIVE 'Prénom' Gamma 'Téléphone sûr' 0639980001 \
    'Besoins' 'hébergement ou logement' 'Demande' "$long\\n" '6 001 caractères, 1 500 au plus' \
    "\\x15\\x1b[200~$long\\x1b[201~\\n" '6 001 caractères, 1 500 au plus' '\x15Un rendez-vous.\n' \
    "Date de l'accord" hier 'Périmètre accepté' '3, 5, 6' 'Adhésion de la personne' 1 'Personne informée' oui \
    'Canaux à éviter' '' 'Champs facultatifs ?' n 'Pièces jointes ?' "$dir/absente.pdf" \
    'Pièces jointes ?' "'$dir/lettre.pdf'" 'Autre pièce jointe ?' '' '2. revoir' 2 'Périmètre accepté' ', 2' 'Envoyer ?' o
says 'jointe : lettre.pdf, 15 octets' "$dir/out"
says 'exit 0' "$dir/out"
id=$(deposited)
received cms-bourg "$id" '[form["needs"], form["request"], form["shared_scope"]]' \
    "[['housing'], 'Un rendez-vous.', ['contact', 'identity', 'needs', 'attachments']]"
as cms-bourg read "$id" --save "$dir/saved" >/dev/null
cmp "$dir/lettre.pdf" "$dir/saved/lettre.pdf" || fail 'the attachment is another'
