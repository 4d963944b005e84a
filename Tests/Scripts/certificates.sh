#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# An institution's own PKI, made with openssl as certs-example/ shows: the relay's certificate and an agent's client
# certificate are taken, and count through the convention and the roster only.
. "$(dirname "$0")/lib.sh"
"$ROOT/certs-example/make-certificates" "$dir/pki"
LIAISON_INIT_ARGUMENTS="--certificate $dir/pki/relay.pem --private-key $dir/pki/relay-key.pem --root $dir/pki/authority.pem" \
    "$sandbox" up "$dir/sb" --convention "$small"
refer >/dev/null

# A second agent of Gex, with the certificate that its institution issued
printf 'essai' >"$dir/sb/agents/pki.passphrase"
as pki enrol d-09@ggd01 --convention "$dir/sb/convention.note" --certificate "$dir/pki/agent.pem" \
    --private-key "$dir/pki/agent-key.pem" >"$dir/request"
exits 77 as pki inbox
says 'not_enrolled' "$dir/err"
registrar() {
    LIAISON_VAULT="$dir/sb/registrars/ggd01" LIAISON_PASSPHRASE_FILE="$dir/sb/registrars/ggd01.passphrase" \
        "$bin/liaison" registrar "$@"
}
registrar enrol "$dir/request" --unit bta-gex@ggd01
registrar publish --convention "$dir/sb/convention.note"
exits 0 as pki send referral --to iscg-est@avema01 "${referral[@]}"

# Revoked: the next request is refused, whatever the certificate says
registrar revoke d-09@ggd01 --reason lost_device
registrar publish --convention "$dir/sb/convention.note"
exits 77 as pki inbox
