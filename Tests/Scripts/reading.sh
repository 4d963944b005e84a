#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# "Taken charge of" means that somebody read it: whoever cannot read does not open, whoever has not read does not answer,
# handing on and exporting are no reading, and two independent checkers agree on what the log then proves.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
fresh "$small"
trust="$dir/sb/trust"

# A colleague who joined after the sealing cannot read: nothing is opened, nothing is answered
id=$(refer)
joins second iscg-est@avema01 >/dev/null
interdit 65 second read "$id"
says "transmission scellée pour d'autres clés que celles de ce poste" "$dir/out"
interdit 65 second acknowledge "$id"
says 'vous ne l'"'"'avez pas encore lue' "$dir/out"
dit bta-montluel track "$id"
says 'disponible, pas encore ouvert' "$dir/out"
tait 'ouvert par un agent' "$dir/out"
# … and the sender who takes it back reads the truth: nobody had opened it
dit bta-montluel withdraw "$id" --reason misdirected
says 'ISCG est (Montluel) : pas encore ouverte, détruite' "$dir/out"

# Opened by one, not by the other: the other does not answer for it
id=$(refer)
dit iscg-est read "$id"
says 'Nom : TESTARD' "$dir/out"
interdit 65 second acknowledge "$id"
interdit 65 second refuse "$id" --reason doublon
dit second read "$id"
dit second acknowledge "$id"
says 'Prise en charge par votre unité : Saisine' "$dir/out"
dit bta-montluel track "$id"
says "pris en charge par l'unité" "$dir/out"
dit bta-montluel proof "$id" --output "$dir/taken.asice"
exits 0 "$bin/liaison" verify "$dir/taken.asice" --trust "$trust"
exits 0 "$python" "$ROOT/tools/verify.py" "$dir/taken.asice" --trust "$trust"

# A new device that looks what it can read opens nothing
id=$(refer)
dit second recover
says "$id" "$dir/out"
dit bta-montluel track "$id"
tait 'ouvert par un agent' "$dir/out"

# Exported, sealed: an event of its own, and no reading
dit iscg-est export "$id" --sealed "$dir/sealed.age"
head -c 21 "$dir/sealed.age" | grep -qx 'age-encryption.org/v1' || fail 'not an age file'
dit bta-montluel track "$id"
says 'sans être affiché à personne' "$dir/out"
says 'disponible, pas encore ouvert' "$dir/out"
interdit 65 iscg-est acknowledge "$id"
dit bta-montluel proof "$id" --output "$dir/exported.asice"
exits 0 "$bin/liaison" verify "$dir/exported.asice" --trust "$trust"
exits 0 "$python" "$ROOT/tools/verify.py" "$dir/exported.asice" --trust "$trust"
dit bta-montluel withdraw "$id" --reason "envoyé par erreur"
says "pas encore ouverte, détruite ; une copie scellée, qui n'a été montrée à personne, est chez" "$dir/out"

# Received by mistake: destroyed without taking charge of it first
id=$(refer)
dit iscg-est read "$id"
dit iscg-est erase "$id" --reason unlawful
says 'contenu effacé du relais' "$dir/out"
dit bta-montluel alerts
says 'REFUSÉE : mauvaise unité' "$dir/out"

"$bin/liaisond" verify --data "$dir/sb/relay" >/dev/null
