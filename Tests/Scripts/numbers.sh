#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Odd numbers in every place of every route, on the relay's listener with an agent's key and on the log's listener with
# none: each is refused with a problem, and the relay answers the next request.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

log_port=$("$ROOT/scripts/free-port")
export LIAISOND_LOG_PORT=$log_port
"$ROOT/certs-example/make-certificates" "$dir/pki"
fresh "$small"
printf 'essai' >"$dir/sb/agents/pki.passphrase"
as pki enrol d-09@ggd01 --convention "$dir/sb/convention.note" --certificate "$dir/pki/agent.pem" \
    --private-key "$dir/pki/agent-key.pem" >"$dir/request"
registrar ggd01 enrol "$dir/request" --unit bta-gex@ggd01
registrar ggd01 publish --convention "$dir/sb/convention.note"
refer >/dev/null

pid=$(cat "$dir/sb/relay.pid")
"$python" "$ROOT/Tests/Scripts/numbers.py" "$(sed 's/.*://' "$dir/sb/relay.url")" "$log_port" \
    "$dir/pki/agent.pem" "$dir/pki/agent-key.pem" || fail 'numbers.py'
kill -0 "$pid" || fail 'the relay is gone'
refer >/dev/null
