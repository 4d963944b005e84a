#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# `liaisond verify` says where a store was changed; a relay does not go on from a log whose newest part is not its own.
. "$(dirname "$0")/lib.sh"
fresh "$small"
refer >/dev/null
"$sandbox" down "$dir/sb"

# damaged SQL WORDS: on a copy of the relay, the change must be found
damaged() {
    rm -rf "$dir/copy"
    cp -r "$dir/sb/relay" "$dir/copy"
    "$python" - "$dir/copy/relay.sqlite" "$1" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript(sys.argv[2])
db.commit()
PY
    exits 1 "$bin/liaisond" verify --data "$dir/copy"
    says "$2" "$dir/out"
}

exits 0 "$bin/liaisond" verify --data "$dir/sb/relay"
damaged 'UPDATE entries SET commitment = zeroblob(32) WHERE "index" = 3' 'entries 3'
damaged 'DELETE FROM entries WHERE "index" = 4' 'entries 4'
damaged 'UPDATE entries SET number = number + 100 WHERE "index" = 5' 'entries 5'
damaged 'UPDATE tiles SET hashes = zeroblob(length(hashes))' 'tiles 0/0'
damaged 'DELETE FROM tiles' 'missing'
damaged "UPDATE checkpoints SET note = replace(note, 'relais.example', 'relays.example') WHERE size = (SELECT max(size) FROM checkpoints)" 'does not verify'
damaged "UPDATE deliveries SET state = 'acknowledged'" 'deliveries'
damaged 'UPDATE unopened SET bytes = bytes + 1' 'unopened'
damaged 'UPDATE chunks SET bytes = zeroblob(length(bytes))' 'chunks'
damaged "UPDATE transmissions SET envelope = replace(envelope, 'priority', 'urgent')" 'transmissions'
damaged "UPDATE documents SET note = replace(note, 'version', 'versiom') WHERE kind = 'roster'" 'documents'
damaged 'DELETE FROM checkpoints WHERE size = (SELECT max(size) FROM checkpoints)' 'checkpoints'
damaged 'UPDATE entries SET sealed = randomblob(length(sealed)) WHERE "index" = 2' 'does not open'

# A relay over a log that was cut does not start to sign.
rm -rf "$dir/copy"
cp -r "$dir/sb/relay" "$dir/copy"
"$python" -c 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute("UPDATE tiles SET hashes = zeroblob(length(hashes))"); db.commit()' \
    "$dir/copy/relay.sqlite"
code=0
timeout 20 "$bin/liaisond" serve --data "$dir/copy" --port 0 >"$dir/out" 2>&1 || code=$?
if [ "$code" = 0 ] || [ "$code" = 124 ]; then fail 'the relay runs over a damaged log'; fi
