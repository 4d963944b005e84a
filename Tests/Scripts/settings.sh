#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# `liaisond.conf` names the bounds with their defaults: with all of them in force the configuration is the one without any.
. "$(dirname "$0")/lib.sh"
"$bin/liaisond" init --data "$dir/relay" --origin relais.example/settings --port "$("$ROOT/scripts/free-port")" >/dev/null
conf=$dir/relay/liaisond.conf

# starts: one more start of the relay; prints how many entries that added to the log
starts() {
    local before after relay
    before=$(entries)
    rm -f "$dir/relay.log"
    "$bin/liaisond" serve --data "$dir/relay" 2>"$dir/relay.log" &
    relay=$!
    waits 20 grep -q 'listening on' "$dir/relay.log" 2>/dev/null
    kill "$relay"
    wait "$relay" 2>/dev/null || true
    after=$(entries)
    printf '%s\n' "$((after - before))"
}
entries() { "$bin/liaisond" verify --data "$dir/relay" | sed -n 's/^\([0-9]*\) .*/\1/p'; }
: >"$dir/out"

starts >/dev/null
same=$(starts)
[ "$(starts)" = "$same" ] || fail 'two starts with one configuration are not alike'
sed -i 's/^#\(LIAISOND_[A-Z_]*=[0-9][0-9]*\)$/\1/' "$conf"
[ "$(grep -c '^LIAISOND_' "$conf")" -ge 45 ] || fail "only $(grep -c '^LIAISOND_' "$conf") settings with a number in liaisond.conf"
[ "$(starts)" = "$same" ] || fail 'a default in liaisond.conf is not the one that the program has'
# The names of the bounds are those that the program knows: one that is raised makes another configuration. Some of them each time.
grep -o '^LIAISOND_[A-Z_]*\(REQUESTS\|MEGABYTES\|BURST\|PER_HOUR\|STRANGERS[A-Z_]*\|CONNECTIONS[A-Z_]*\)=[0-9]*' "$conf" >"$dir/bounds"
while IFS='=' read -r name value; do
    cp "$conf" "$dir/kept"
    sed -i "s/^$name=.*/$name=$((value + 1))/" "$conf"
    [ "$(starts)" -gt "$same" ] || fail "$name changes nothing"
    cp "$dir/kept" "$conf"
    starts >/dev/null
done < <(shuf -n 4 "$dir/bounds")
