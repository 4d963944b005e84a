#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# A change of the vault's files fails once, at one place after the other: write, fsync, rename, unlink. The vault opens
# afterwards, nothing that was verified is lost, nothing else is shown, and what was not sent is not said to be.
# Places are sampled, other ones each day; FAULTS=all tries every place.
. "$(dirname "$0")/lib.sh"
fresh "$small"
clang -shared -fPIC -O1 -o "$dir/failing.so" "$ROOT/Tests/Faults/failing.c" -ldl
for _ in 1 2 3; do refer >/dev/null; done
id=$(refer)

# with PLACE DIRECTORY COMMAND…: on the vault in DIRECTORY, the change of that number fails (0: none)
with() {
    local place=$1 vault=$2
    shift 2
    LIAISON_VAULT=$vault LIAISON_PASSPHRASE_FILE="$dir/sb/agents/$unit.passphrase" LD_PRELOAD="$dir/failing.so" \
        FAULT_PATH="$vault/" FAULT_AT=$place FAULT_COUNT="$dir/count" "$bin/liaison" --format json "$@"
}

# hold UNIT CHECK COMMAND…: COMMAND with one change failing leaves a vault on which it and CHECK do what they should
hold() {
    unit=$1
    local check=$2 place step vault="$dir/vault" code
    shift 2
    rm -rf "$dir/before" "$vault"
    cp -r "$dir/sb/agents/$unit" "$dir/before"
    cp -r "$dir/before" "$vault"
    with 0 "$vault" "$@" >"$dir/out" 2>"$dir/err" || fail "$1 fails by itself: $(cat "$dir/err")"
    local all
    all=$(cat "$dir/count")
    [ "$all" -gt 0 ] || fail "$1 changes nothing in the vault"
    step=1
    [ "${FAULTS:-}" = all ] || step=$(((all + 19) / 20))
    for ((place = 1 + $(date +%j | sed 's/^0*//') % step; place <= all; place += step)); do
        rm -rf "$vault"
        cp -r "$dir/before" "$vault"
        code=0
        with "$place" "$vault" "$@" >"$dir/out" 2>"$dir/err" || code=$?
        [ "$code" -lt 128 ] || fail "$1, change $place of $all: killed by signal $((code - 128)): $(cat "$dir/err")"
        "$check" "$code" || fail "$1, change $place of $all (exit code $code): $(cat "$dir/out" "$dir/err")"
    done
    echo "$1: $all changes, every $step."
}

# shown: the list is the whole one, whatever the vault went through
reference() { with 0 "$1" inbox --all | "$python" -c 'import json, sys
print([(x["id"], x["state"]) for x in json.load(sys.stdin)])'; }

lists_hold() {
    [ "$1" = 0 ] || ! grep -q '"id"' "$dir/out" || fail 'a list was shown that could not be kept'
    [ "$(reference "$dir/vault" 2>"$dir/err")" = "$expected" ]
}

# What was read is the whole form; afterwards it can be read.
read_holds() {
    [ "$1" != 0 ] || grep -q TESTARD "$dir/out" || return 1
    [ "$1" = 0 ] || ! grep -q TESTARD "$dir/out" || return 1
    with 0 "$dir/vault" read "$id" >"$dir/again" 2>"$dir/err" && grep -q TESTARD "$dir/again"
}

# Either it is deposited and says so, or it says that it is not and nothing is half there.
send_holds() {
    if [ "$1" = 0 ]; then
        grep -q '"id"' "$dir/out" || return 1
    elif ! grep -q 'NOT SENT\|SENT:' "$dir/err"; then
        return 1
    fi
    with 0 "$dir/vault" outbox --flush >"$dir/again" 2>"$dir/err2" || return 1
    with 0 "$dir/vault" sent >"$dir/again" 2>"$dir/err2"
}

unit=iscg-est
rm -rf "$dir/reference"
cp -r "$dir/sb/agents/$unit" "$dir/reference"
expected=$(reference "$dir/reference")
hold iscg-est lists_hold inbox --all
as iscg-est inbox >/dev/null
hold iscg-est read_holds read "$id"
hold bta-montluel send_holds send referral --to iscg-est@avema01 "${referral[@]}"
