#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# Two nodes on one database behind one address, with real servers. What one acknowledged holds on the other at once; and whatever
# breaks, a node, a line, a disk or the database's first server, the others go on in time: nothing that was acknowledged is lost or
# there twice, and there is one log. In time is within five seconds, and ten where the standby takes the database's first place, on a
# machine that does nothing else (LIAISON_SLACK=1); as a rule twice that is allowed. It prints how many seconds that took.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
command -v haproxy >/dev/null || fail 'no haproxy: install the package haproxy (scripts/setup --tests does)'

# What runs, by its name: `one` and `two` are the nodes
declare -A started=()
trap 'kill -CONT "${started[@]}" 2>/dev/null; kill -9 "${started[@]}" 2>/dev/null; "$sandbox" down "$dir/sb" >/dev/null 2>&1 || true' EXIT
. "$(dirname "$0")/postgres.bash"
runs() {
    started[$1]=$!
    disown
}
# gone NAME [SIGNAL]
gone() {
    local left=500
    kill "-${2:-KILL}" "${started[$1]}"
    while kill -0 "${started[$1]}" 2>/dev/null; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "$1 does not end"
        sleep 0.02
    done
    unset "started[$1]"
}
tool() { exec "$python" "$(dirname "$0")/nodes.py" "$@"; }
now() { printf '%s\n' "${EPOCHREALTIME/[.,]/}"; }
begun=$(now)
# tells WHAT MICROSECONDS
tells() { awk -v what="$1" -v took="$2" 'BEGIN { printf "%-72s %5.1f s\n", what, took / 1000000 }'; }

# ── A relay with a store in a file, and meanwhile the database: a primary, and a standby that has all that is committed
"$sandbox" up "$dir/sb" --convention "$small" --port "$("$ROOT/scripts/free-port")" >"$dir/sandbox" 2>&1 &
made=$!
# A disk that waits before it has written, as long as the file says, or until there is none
cat >"$dir/disk.c" <<'C'
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void take_time(void) {
    const struct timespec moment = {0, 10000000};
    long milliseconds = 0, passed = 0;
    do {
        FILE *file = fopen(getenv("SLOW_DISK"), "r");
        if (!file || fscanf(file, "%ld", &milliseconds) != 1) milliseconds = 0;
        if (file) fclose(file);
        if (passed < milliseconds) clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL);
        passed += 10;
    } while (passed < milliseconds);
}

int fsync(int file) { take_time(); return syscall(SYS_fsync, file); }
int fdatasync(int file) { take_time(); return syscall(SYS_fdatasync, file); }
C
compiler=$(command -v cc || command -v clang) || fail 'no C compiler'
"$compiler" -shared -fPIC -O2 -o "$pg_home/disk.so" "$dir/disk.c"
chmod 755 "$pg_home/disk.so"
export SLOW_DISK=$pg_home/slow
LD_PRELOAD=$pg_home/disk.so pg_create a
pg_database a liaison
pg_proxy rep a
LD_PRELOAD=$pg_home/disk.so pg_standby b rep
pg_sync a b
primary=a
# disk MILLISECONDS: how slow it is from now on
disk() { if [ "$1" = 0 ]; then rm "$SLOW_DISK"; else echo "$1" >"$SLOW_DISK.new" && mv "$SLOW_DISK.new" "$SLOW_DISK"; fi; }
for node in one two; do pg_proxy "line$node" a; done
wait "$made" || fail "$(cat "$dir/sandbox")"
"$sandbox" down "$dir/sb"

# ── The store is brought over; both nodes have the relay's keys and a line of their own to the database
entries() { "$bin/liaisond" verify --data "$1" >"$dir/out" || fail "verify: $(cat "$dir/out")"; says 'no differences' "$dir/out"; cat "$dir/out"; }
before=$(entries "$dir/sb/relay")
"$bin/liaisond" migrate --data "$dir/sb/relay" --to "$(pg_url a liaison liaison)" >"$dir/out"
[ "$(entries "$dir/sb/relay")" = "$before" ] || fail "it was $before, and is $(cat "$dir/out")"
address=$(sed 's/.*://' "$dir/sb/relay.url")
"$python" "$ROOT/Tests/Scripts/authority.py" "$dir/authority" &
runs authority
# What a node listens on: for agents, for readers of the log, for its operator
read -ra ports <<<"$("$ROOT/scripts/free-port" 7)"
one=("${ports[@]:0:3}") two=("${ports[@]:3:3}") log=${ports[6]}
waits 20 test -s "$dir/authority/port"
# makes NODE PORT LOG-PORT OPERATIONS-PORT
makes() {
    cp -r "$dir/sb/relay" "$dir/$1"
    rm -rf "$dir/$1"/set-aside-* "$dir/$1/liaisond.log"
    {
        grep -v '^LIAISOND_\(STORE\|PORT\)=' "$dir/sb/relay/liaisond.conf"
        printf 'LIAISOND_%s\n' "STORE=$(pg_url "line$1,b" liaison liaison)&application_name=$1" "PORT=$2" "LOG_PORT=$3" "OPERATIONS_PORT=$4" PROXIES=127.0.0.1 \
            "TIME_STAMP_URL=http://127.0.0.1:$(cat "$dir/authority/port")" "TIME_STAMP_ROOT=$dir/authority/root.pem" TIME_STAMP_SECONDS=1
    } >"$dir/$1/liaisond.conf"
}
makes one "${one[@]}"
makes two "${two[@]}"
node() {
    "$bin/liaisond" serve --data "$dir/$1" 2>>"$dir/$1.log" &
    runs "$1"
}
node one
node two
sed "s/:8443$/ 127.0.0.1:$address/; s/:8444$/ 127.0.0.1:$log/; s/maxconn 10000/maxconn 200/; /^    server three/d
    s/:18443 port 19443/:${one[0]} port ${one[2]}/; s/:18444/:${one[1]}/
    s/:28443 port 29443/:${two[0]} port ${two[2]}/; s/:28444/:${two[1]}/" "$ROOT/examples/haproxy.cfg" >"$dir/haproxy.cfg"
[ "$(id -u)" = 0 ] || sed -i '/^    \(user\|group\) haproxy$/d' "$dir/haproxy.cfg"
haproxy -db -f "$dir/haproxy.cfg" 2>>"$dir/haproxy.log" &
runs haproxy
tool ways "${one[0]}" "${two[0]}" >"$dir/ways" &
runs ways
waits 20 test -s "$dir/ways"
declare -A ways=() agent=([one]=bta-montluel [two]=bta-gex [any]=colleague) place=([one]=0 [two]=1) other=([one]=two [two]=one)
read -r 'ways[one]' 'ways[two]' <"$dir/ways"
# via NODE COMMAND…: a client that reaches this node, and no other; any for the address of both
via() { HTTPS_PROXY=${ways[$1]:+http://127.0.0.1:${ways[$1]}} "${@:2}"; }
# operator NODE PATH: what a node tells its operator, in $dir/out
operator() {
    local -n at=$1
    "$python" -c 'import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=5).read().decode())' \
        "http://127.0.0.1:${at[2]}/$2" >"$dir/out" 2>&1
}
ready() { operator "$1" ready; }
# shows NODE METRIC
shows() { operator "$1" metrics && grep -q "^$2\$" "$dir/out"; }
waits 20 ready one
waits 20 ready two
tool log "$dir/seen" "${one[1]}" "${two[1]}" 2>"$dir/watcher.err" &
runs watcher

# ── The database, as its superuser sees it
sql() { pg_run "$pg_bin/psql" -XAtq -v ON_ERROR_STOP=1 "$(pg_url "$primary" liaison)" -c "$1"; }
# Sessions that hold the log while they decide
holders="pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted AND classid = $((0x4C49)) AND objid = $((0x41490001))"
holds() { sql "SELECT EXISTS (SELECT FROM $holders AND application_name = '$1' AND ${2:-true})"; }
# deciding NODE [CONDITION]: returns in the middle of one of its commits
deciding() {
    sql "DO \$\$ BEGIN
        FOR i IN 1..2000 LOOP
            PERFORM pg_stat_clear_snapshot();
            IF EXISTS (SELECT FROM $holders AND application_name = '$1' AND ${2:-true}) THEN RETURN; END IF;
            PERFORM pg_sleep(0.005);
        END LOOP;
        RAISE 'the node $1 commits nothing';
    END \$\$"
}
# leader: the node that lets time pass
leads() { shows "$1" 'liaison_leads 1'; }
leader() {
    local node
    for _ in $(seq 100); do
        for node in one two; do
            if leads "$node" && ! leads "${other[$node]}"; then
                printf '%s\n' "$node"
                return
            fi
        done
    done
    fail "no node leads, or both do ($(cat "$dir/out"))"
}

# ── A client may talk to any. Agents with certificates of their own ask both nodes over connections that stay open.
coproc ASK { tool ask iscg-est@avema01 "${one[0]}" "${two[0]}" 2>"$dir/ask.err"; }
started[ask]=$ASK_PID
disown "$ASK_PID"
exec {questions}>&"${ASK[1]}" {answers}<&"${ASK[0]}"
# asks COMMAND NODE WORD…: prints the answer
asks() {
    local answer=
    printf '%s %s %s\n' "$1" "${place[$2]}" "${*:3}" >&"$questions"
    read -r -t 20 answer <&"$answers" || fail "no answer: $* ($(cat "$dir/ask.err"))"
    printf '%s\n' "$answer"
}
# gives EXPECTED COMMAND NODE WORD…
gives() {
    local answer
    answer=$(asks "${@:2}")
    [ "$answer" = "$1" ] || fail "$answer, expected $1: ${*:2}"
}
# requests NUMBER: a certificate and a request for the agent d-1NUMBER
requests() {
    mkdir -p "$dir/tls/$1"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj "/CN=essai-$1" \
        -addext extendedKeyUsage=clientAuth -keyout "$dir/tls/$1/key.pem" -out "$dir/tls/$1/cert.pem" 2>/dev/null
    LIAISON_VAULT="$dir/tls/$1/vault" LIAISON_PASSPHRASE_FILE="$dir/sb/agents/iscg-est.passphrase" \
        "$bin/liaison" enrol "d-1$1@avema01" --convention "$dir/sb/convention.note" \
        --certificate "$dir/tls/$1/cert.pem" --private-key "$dir/tls/$1/key.pem" >"$dir/tls/$1/request" 2>"$dir/err" || fail "$(cat "$dir/err")"
}
# rules WAY COMMAND…: a registrar's command
rules() { via "$1" registrar avema01 "${@:2}" >"$dir/out" 2>&1 || fail "$(cat "$dir/out")"; }
# An enrolment and a revocation count on the other node at the next request.
for number in 1 2 3; do
    requests "$number"
    here=$([ "$number" = 2 ] && echo two || echo one) there=${other[$here]}
    gives 403 status "$there" "$dir/tls/$number"
    rules "$here" enrol "$dir/tls/$number/request" --unit iscg-est@avema01
    rules "$here" publish
    gives 200 status "$there" "$dir/tls/$number"
    gives 200 status "$here" "$dir/tls/$number"
    [ "$number" != 3 ] || break
    rules "$there" revoke "d-1$number@avema01" --reason left
    gives 403 status "$here" "$dir/tls/$number"
    gives 403 status "$there" "$dir/tls/$number"
done
listener=$dir/tls/3
# What was deposited on one is in the inbox on the other at once, and whoever listens there hears of it within a second.
joins colleague bta-gex@ggd01 >/dev/null
gives ok listen one "$listener"
gives ok listen two "$listener"
slowest=0
for round in $(seq 20); do
    here=$([ $((round % 2)) = 0 ] && echo two || echo one) there=${other[$here]}
    id=$(via "$here" refer "${agent[$here]}" 2>"$dir/err") || fail "$(cat "$dir/err")"
    # Whoever asks a node for it makes the node look. So every second pair of rounds asks the one that it was deposited on, and then
    # only the stream says that the other one knows.
    asked=$([ $((round % 4)) -lt 2 ] && echo "$there" || echo "$here")
    number=$(asks has "$asked" "$listener" "$id")
    case $number in [0-9]*) ;; *) fail "$id, acknowledged by $here, on $asked: $number" ;; esac
    heard=$(asks heard "$there" "$number")
    if [ "$heard" = no ] || [ "$heard" -gt 1000 ]; then fail "the stream on $there heard of it after $heard ms"; fi
    slowest=$((heard > slowest ? heard : slowest))
done
tells 'a stream hears of what was deposited on the other node (slowest of 20)' $((slowest * 1000))
# What runs on one node runs on the one that leads: nobody else asks the time-stamp authority.
asks_authority() { shows "$1" 'liaison_time_stamp_authority_up 1'; }
first=$(leader)
waits 10 asks_authority "$first"
if asks_authority "${other[$first]}"; then fail 'both nodes ask the time-stamp authority'; fi

# ── Meanwhile agents deposit, one at each node and one at the address of both; every acknowledgement is kept, with its times.
# deposits NODE
deposits() {
    local start answer
    while [ ! -e "$dir/stop" ]; do
        while [ -e "$dir/pause.$1" ]; do sleep 0.1; done
        start=$(now)
        if answer=$(via "$1" as "${agent[$1]}" send referral --to iscg-est@avema01 "${referral[@]}" 2>"$dir/$1.err"); then
            printf '%s %s %s\n' "$start" "$(now)" "$answer" >>"$dir/acknowledged.$1"
            # What is measured is when they go on, not how much they send.
            sleep 0.3
        else
            { now; cat "$dir/$1.err"; } >>"$dir/refused.$1"
            sleep 0.1
        fi
    done
}
for node in one two any; do
    deposits "$node" &
    runs "agent-$node"
done
# By how much what is in time may be late: in a whole run of the tests three other scripts share two processors with both nodes, both
# servers and the agents, whose every submission is a program of its own.
slack=${LIAISON_SLACK:-2}

# goes_on WHAT NODE SINCE [SECONDS]: a submission that began after this is acknowledged by the node within so many seconds, 5 if none
# are said, times the slack
goes_on() {
    local took limit=$((${4:-5} * slack * 1000000))
    until took=$(awk -v since="$3" '$1 >= since { print $2 - since; found = 1; exit } END { exit !found }' "$dir/acknowledged.$2" 2>/dev/null); do
        [ $(($(now) - $3)) -lt $((limit + 10000000)) ] || fail "$1: the node $2 does not go on ($(tail -n 3 "$dir/$2.log"))"
        sleep 0.05
    done
    tells "$1" "$took"
    [ "$took" -le "$limit" ] || fail "$1: after more than $((limit / 1000000)) s"
}
both_go_on() {
    goes_on "$1" one "$2" "${3:-5}"
    goes_on "$1" two "$2" "${3:-5}"
}
# leads_in WHAT NODE SINCE
leads_in() {
    local took
    until leads "$2"; do
        [ $(($(now) - $3)) -lt 15000000 ] || fail "$1: ${2} does not lead"
        sleep 0.1
    done
    took=$(($(now) - $3))
    tells "$1: lets time pass" "$took"
    [ "$took" -le $((5000000 * slack)) ] || fail "$1: after more than $((5 * slack)) s"
}
start=$(now)
both_go_on 'at the beginning' "$start"

# A node is killed: the one that leads, then the other one.
for round in 1 2; do
    victim=$(leader)
    [ "$round" = 1 ] || victim=${other[$victim]}
    start=$(now)
    gone "$victim"
    goes_on 'the other node was killed' "${other[$victim]}" "$start"
    [ "$round" = 2 ] || leads_in 'the other node was killed' "${other[$victim]}" "$start"
    start=$(now)
    node "$victim"
    goes_on 'back after it was killed' "$victim" "$start"
done

# Its line is slow, so that it has the log for a while. It is killed in the middle of a commit; the one that leads is halted there.
victim=${other[$(leader)]}
start=$(now)
pg_line "line$victim" delay 100
goes_on 'the other node has a slow line' "${other[$victim]}" "$start"
deciding "$victim"
start=$(now)
gone "$victim"
goes_on 'the other node was killed in the middle of a commit' "${other[$victim]}" "$start"
pg_line "line$victim" heal
node "$victim"
victim=$(leader)
pg_line "line$victim" delay 100
for _ in $(seq 5); do
    deciding "$victim"
    start=$(now)
    kill -STOP "${started[$victim]}"
    [ "$(holds "$victim")" != t ] || break
    kill -CONT "${started[$victim]}"
    sleep 0.2
done
[ "$(holds "$victim")" = t ] || fail "$victim was not halted in the middle of a commit"
goes_on 'the other node is halted in the middle of a commit' "${other[$victim]}" "$start"
leads_in 'the other node is halted' "${other[$victim]}" "$start"
while [ $(($(now) - start)) -lt 6000000 ]; do sleep 0.1; done
pg_line "line$victim" heal
start=$(now)
kill -CONT "${started[$victim]}"
goes_on 'goes on after it was halted for 6 s' "$victim" "$start"

# Its line is cut; it is cut and does not come back for a while; from the middle of a statement on it leads nowhere.
victim=${other[$(leader)]}
start=$(now)
pg_line "line$victim" cut
goes_on "the other node's line was cut" "${other[$victim]}" "$start"
goes_on 'its line was cut' "$victim" "$start"
pg_line "line$victim" refuse
start=$(now)
pg_line "line$victim" cut
goes_on "the other node's line stays cut" "${other[$victim]}" "$start"
start=$(now)
pg_line "line$victim" heal
goes_on 'its line is back' "$victim" "$start"
victim=$(leader)
# What a node says in one go is one record of TLS, and then the server has none of it or all. So it is the first content on a new
# connection, and a large one: behind the statement, which arrives, comes what does not.
touch "$dir/pause.$victim" "$dir/pause.any"
{ printf '%%PDF-1.4\n'; head -c 1000000 /dev/urandom; printf '\n%%%%EOF\n'; } >"$dir/letter.pdf"
sleep 1
pg_line "line$victim" cut
pg_line "line$victim" stall 500000
via "$victim" as iscg-est send orientation --to cms-bourg@cd01 "${orientation[@]}" --set shared_scope=identity,contact,needs,attachments \
    --attach "$dir/letter.pdf" --yes >"$dir/large" 2>&1 &
until [ "$(holds "$victim" "state = 'active' AND wait_event = 'ClientRead' AND query LIKE 'INSERT INTO chunks%'")" = t ]; do
    kill -0 $! || fail "$(cat "$dir/large")"
    sleep 0.1
done
start=$(now)
goes_on "the other node's line leads nowhere" "${other[$victim]}" "$start"
leads_in "the other node's line leads nowhere" "${other[$victim]}" "$start"
start=$(now)
rm "$dir/pause.$victim" "$dir/pause.any"
pg_line "line$victim" heal
goes_on 'its line leads somewhere again' "$victim" "$start"

# The disk is slow; a node is killed while its commit waits for it; the disk does nothing at all for a while.
victim=${other[$(leader)]}
start=$(now)
disk 200
both_go_on 'the disk takes 200 ms' "$start"
deciding "$victim" "query = 'COMMIT' AND state = 'active'"
start=$(now)
gone "$victim"
goes_on 'the other node was killed while its commit waited for the disk' "${other[$victim]}" "$start"
node "$victim"
disk 3600000
sleep 4
start=$(now)
disk 0
both_go_on 'the disk is well again after it hung for 4 s' "$start"

# The primary loses its standby in the middle of a commit, is killed, and comes back with what the standby does not have: no node
# may answer by that.
caught=
for _ in $(seq 100); do
    pg_line rep blackhole
    pg_until a "SELECT EXISTS (SELECT FROM $holders AND wait_event = 'SyncRep')"
    # Not every commit has entries: a time-stamp has none, for one.
    caught=$(sql "SELECT EXISTS (SELECT FROM pg_locks WHERE mode = 'RowExclusiveLock' AND relation = 'entries'::regclass AND
        pid IN (SELECT pid FROM $holders))")
    [ "$caught" != t ] || break
    pg_line rep heal
    sleep 0.2
done
[ "$caught" = t ] || fail 'of a hundred commits that waited for the standby none had entries'
size() { pg_run "$pg_bin/psql" -XAtq "$(pg_url "$1" liaison)" -c 'SELECT size FROM head'; }
pg_kill a
pg_start a
[ "$(size a)" -gt "$(size b)" ] || fail "the standby has $(size b) entries, the primary $(size a)"
sleep 2
# Then it is gone for good, and nothing accepts connections in its place.
pg_kill a
for node in one two; do pg_line "line$node" refuse; done
start=$(now)
primary=b
pg_promote b
both_go_on 'the standby takes the place of the primary' "$start" 10

# ── At the end everything that was acknowledged is there once, on each node.
: >"$dir/stop"
for name in agent-one agent-two agent-any; do
    while kill -0 "${started[$name]}" 2>/dev/null; do sleep 0.1; done
    unset "started[$name]"
done
sed -n 's/.*"id":"\([^"]*\)".*/\1/p' "$dir"/acknowledged.* | sort >"$dir/ids"
printf '%s submissions were acknowledged, %s were not at once\n' "$(wc -l <"$dir/ids")" "$(cat "$dir"/refused.* 2>/dev/null | grep -c '^[0-9]\{16\}$')"
[ "$(wc -l <"$dir/acknowledged.any")" -ge 10 ] || fail "only $(wc -l <"$dir/acknowledged.any") were acknowledged at the address of both"
gap=$(awk 'NR > 1 && $2 - last > gap { gap = $2 - last } { last = $2 } END { print gap }' "$dir/acknowledged.any")
tells 'longest time without an acknowledgement at the address of both' "$gap"
[ "$gap" -le $((10000000 * slack)) ] || fail "more than $((10 * slack)) s"
# delivered NODE: the inbox as this node has it
delivered() {
    exits 0 via "$1" as iscg-est inbox
    json '"\n".join(sorted(x["id"] for x in d))' >"$dir/delivered"
    [ -z "$(uniq -d "$dir/delivered")" ] || fail 'something was delivered twice'
    local missing
    missing=$(comm -23 "$dir/ids" "$dir/delivered")
    [ -z "$missing" ] || fail "acknowledged, and not there on $1: $missing"
}
delivered one
delivered two
# What was sealed and not acknowledged goes through once on demand.
for name in bta-montluel bta-gex colleague iscg-est; do
    exits 0 as "$name" outbox
    for id in $(json '" ".join(x["id"] for x in d)'); do exits 0 as "$name" outbox "$id" --yes; done
done
delivered one
exits 0 as cms-bourg inbox
[ "$(json 'len(d)')" = 1 ] || fail "$(cat "$dir/out")"
# One log: whatever checkpoint a node has shown is one of those that the database has, and these are of one tree.
gone watcher
sql 'SELECT json_object_agg(size, note) FROM checkpoints' | (tool compare "$dir/seen") >"$dir/counts" || fail "$(cat "$dir/counts")"
read -ra counts <"$dir/counts"
if [ "${counts[0]}" -lt 20 ] || [ "${counts[1]}" -lt 20 ]; then fail "only ${counts[*]} checkpoints were seen"; fi
before=$(entries "$dir/one")
largest=$(cat "$dir"/acknowledged.* | sed -n 's/.*"tree_size":\([0-9]*\).*/\1/p' | sort -n | tail -n 1)
[ "${before%% *}" -ge "$largest" ] || fail "the log has ${before%% *} entries, $largest were acknowledged"
for node in one two; do
    if grep -E 'log has stopped|has seen [0-9]+ committed|another tree|that this log does not have|not that of the store|not end where|are missing|decided|is wrong' "$dir/$node.log"; then
        fail "the log of $node says so"
    fi
done

# ── Back to a file: the relay goes on there, and a node that was forgotten signs nothing more.
# Nodes that are told to stop do not wait for those who listen.
for node in one two; do
    gives ok listen "$node" "$listener"
    gone "$node" TERM
done
before=$(entries "$dir/one")
"$bin/liaisond" migrate --data "$dir/one" --to sqlite >"$dir/out"
[ "$(entries "$dir/one")" = "$before" ] || fail "it was $before, and is $(cat "$dir/out")"
[ "$(entries "$dir/two")" = "$before" ] || fail "the database was $before, and is $(cat "$dir/out")"
node two
waits 20 grep -q 'the log has stopped' "$dir/two.log"
refuses() { ! ready two && grep -q 503 "$dir/out"; }
waits 20 refuses
if via two refer >"$dir/out" 2>&1; then fail 'a database that was left takes submissions'; fi
[ "$(entries "$dir/two")" = "$before" ] || fail "the database was $before, and is $(cat "$dir/out")"
node one
waits 20 ready one
via one refer >"$dir/out" 2>&1 || fail "$(cat "$dir/out")"
tells 'in all' $(($(now) - begun))
