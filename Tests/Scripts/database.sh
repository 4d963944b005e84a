#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# A relay whose store is a PostgreSQL database from its first day: made in an empty one, told at each start what a commit is worth there,
# refused by a server that does not write to its disk what it acknowledges, and brought back from a backup into another database.
. "$(dirname "$0")/lib.sh"
relay=
trap 'kill -9 $relay 2>/dev/null || true' EXIT
. "$(dirname "$0")/postgres.bash"
pg_create a
pg_database a first
pg_database a second
pg_database a third
first=$(pg_url a first first) second=$(pg_url a second second) third=$(pg_url a third third)
read -r port operations <<<"$("$ROOT/scripts/free-port" 2)"
data=$dir/relay

# denies TEXT COMMAND…: must fail, and say this
denies() {
    local text=$1
    shift
    if timeout 60 "$@" >"$dir/out" 2>&1; then fail "not refused: $*"; fi
    says "$text" "$dir/out"
}
# answers CODE: what the relay tells who asks whether it is ready
answers() {
    "$python" -c 'import sys, urllib.request as r, urllib.error as e
try: print(r.urlopen(sys.argv[1], timeout=5).status)
except e.HTTPError as x: print(x.code)' "http://127.0.0.1:$operations/ready" >"$dir/out" 2>&1 && [ "$(cat "$dir/out")" = "$1" ]
}
stops() {
    kill "$relay"
    wait "$relay" || fail "the relay ended with $?: $(tail -n 3 "$dir/relay.log")"
    relay=
}
# starts TEXT: and says this of what a commit is worth
starts() {
    "$bin/liaisond" serve --data "$data" 2>"$dir/relay.log" &
    relay=$!
    waits 20 answers 200
    says "$1" "$dir/relay.log"
}
# restarts TEXT
restarts() {
    stops
    starts "$1"
}

# Nothing is written before the database has answered, and nothing into one that is in use.
denies 'password does not belong' "$bin/liaisond" init --data "$data" --origin relais.example/base --store "${first/first@/first:essai@}"
denies 'sslmode=require' "$bin/liaisond" init --data "$data" --origin relais.example/base --store "${first/verify-full/require}"
denies 'no connection' "$bin/liaisond" init --data "$data" --origin relais.example/base --store "$(pg_url a none first)"
[ ! -e "$data" ] || fail 'a relay without a store is left'
"$bin/liaisond" init --data "$data" --origin relais.example/base --port "$port" --store "$first" >"$dir/out"
says 'origin: relais.example/base' "$dir/out"
[ ! -e "$data/relay.sqlite" ] || fail 'there is a file as well'
printf 'LIAISOND_OPERATIONS_PORT=%s\n' "$operations" >>"$data/liaisond.conf"
starts 'on the disk of this one server; no standby is waited for'
denies 'holds a log already' "$bin/liaisond" init --data "$dir/other" --origin relais.example/other --store "$first"
[ ! -e "$dir/other" ] || fail 'a relay without a store is left'

# What a commit is worth, as the server has it.
pg_standby b a
pg_sync a b
restarts "on this server's disk and on a standby's (FIRST 1 (b))"
# has SETTING VALUE: of the database, for whoever connects from now on
has() { pg_sql a -c "ALTER DATABASE first SET $1 = $2"; }
has synchronous_commit remote_write
restarts "on this server's disk and in the memory of a standby's system"
has synchronous_commit local
restarts 'on the disk of this one server; synchronous_commit = local'

# A server that acknowledges what is not on its disk is refused at the start.
has synchronous_commit off
stops
denies 'the server runs with synchronous_commit = off' "$bin/liaisond" serve --data "$data"
pg_sql a -c 'ALTER DATABASE first RESET synchronous_commit'
pg_sync a
# sets SETTING VALUE: of the server, once it is in effect
sets() {
    pg_sql a -c "ALTER SYSTEM SET $1 = $2" -c 'SELECT pg_reload_conf()' >/dev/null
    pg_until a "SELECT current_setting('$1') = '$2'"
}
for setting in fsync full_page_writes; do
    sets "$setting" off
    denies "the server runs with $setting = off" "$bin/liaisond" serve --data "$data"
    denies "the server runs with $setting = off" "$bin/liaisond" init --data "$dir/other" --origin relais.example/other --store "$second"
    sets "$setting" on
done
# It is refused on each new connection for commits, too, and only for as long as it is like that.
starts 'no standby is waited for'
sets fsync off
pg_sql a -c "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'liaisond'" >/dev/null
waits 10 answers 503
says 'fsync = off' "$dir/relay.log"
sets fsync on
waits 10 answers 200

# While the database is away its operator sees that it is, and whether something else is to be done.
# metrics: in $dir/out
metrics() {
    "$python" -c 'import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=5).read().decode())' \
        "http://127.0.0.1:$operations/metrics" >"$dir/out" 2>&1
}
pg_stop a
waits 30 answers 503
metrics || fail "no metrics: $(tail -n 1 "$dir/out")"
for line in 'liaison_log_entries [1-9]' 'liaison_store_failures_total [1-9]' 'liaison_log_stopped 0'; do
    grep -q "^$line" "$dir/out" || fail "not in the metrics: $line ($(cat "$dir/out"))"
done
pg_start a
waits 30 answers 200

# A backup goes into another database, and the relay goes on there; the one that it was in signs nothing more.
stops
"$bin/liaisond" backup --data "$data" --output "$dir/backup" >"$dir/out"
cp -r "$data" "$dir/forgotten"
denies 'holds a log already' "$bin/liaisond" restore --data "$data" --backup "$dir/backup" --store "$first&application_name=again"
"$bin/liaisond" restore --data "$data" --backup "$dir/backup" --store "$second" >"$dir/out"
says 'the log goes on at entry' "$dir/out"
says "LIAISOND_STORE=$second" "$data/liaisond.conf"
starts 'no standby is waited for'
stops
"$bin/liaisond" verify --data "$data" >"$dir/out" || fail "$(cat "$dir/out")"
data=$dir/forgotten
"$bin/liaisond" serve --data "$data" 2>"$dir/relay.log" &
relay=$!
waits 20 answers 503
says 'the log has stopped' "$dir/relay.log"

# Whoever restores with that configuration, even a backup of that database, does not go on with a log that goes on elsewhere.
stops
denies 'brought over to another place' "$bin/liaisond" migrate --data "$data" --to "$third"
"$bin/liaisond" backup --data "$data" --output "$dir/late" >"$dir/out"
"$bin/liaisond" restore --data "$data" --backup "$dir/late" --store "$third" >"$dir/out"
says 'a new log has begun' "$dir/out"
