#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
#
# What postgres.bash and cut_proxy.py promise to other scripts: servers with TLS under an ordinary user, a standby for which commits
# wait, a failover that loses nothing that was acknowledged, a network that is cut, and nothing left afterwards.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/postgres.bash"

# client URL SQL [SECONDS]: psql with that URL, its output in $dir/out; the exit code 124 after so many seconds
client() { pg_run timeout "${3:-60}" "$pg_bin/psql" -XAtq "$1" -c "$2" >"$dir/out" 2>&1; }
# done_in LEAST MOST URL SQL: succeeds, after so many milliseconds
done_in() {
    local start=${EPOCHREALTIME/[.,]/} took
    client "$3" "$4" || fail "$4: $(cat "$dir/out")"
    took=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
    if [ "$took" -lt "$1" ] || [ "$took" -gt "$2" ]; then fail "$4: $took ms, expected $1 to $2"; fi
}
does() { done_in 0 60000 "$@"; }
# refused TEXT URL: no connection, for this reason
refused() {
    if client "$2" 'SELECT 1'; then fail "connected: $2"; fi
    says "$1" "$dir/out"
}
# stuck URL SQL: does not end within a second
stuck() {
    local code=0
    client "$1" "$2" 1 || code=$?
    [ "$code" = 124 ] || fail "$2: exit code $code, expected to wait ($(cat "$dir/out"))"
}
# gives EXPECTED URL SQL
gives() {
    does "$2" "$3"
    [ "$(cat "$dir/out")" = "$1" ] || fail "$3: $(cat "$dir/out"), expected $1"
}

# A server under an ordinary user, whose certificate is checked.
pg_create a
[ "$(stat -c %u "/proc/$(pg_pid a)")" != 0 ] || fail 'the server runs as root'
admin=$(pg_url a)
gives UTF8Conon "$admin" "SELECT current_setting('server_encoding') || current_setting('lc_collate') ||
    current_setting('fsync') || current_setting('synchronous_commit')"
gives TLSv1.3 "$admin" 'SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
does "${admin/127.0.0.1/localhost}" 'SELECT 1'
refused 'no encryption' "${admin/verify-full/disable}"
refused 'password authentication failed' "${admin/postgres@/postgres:wrong@}"
pg_run openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout other.key -out other.pem 2>/dev/null
refused 'certificate verify failed' "${admin/server.pem/other.pem}"

# A role that is no superuser, for a relay.
pg_database a liaison
url=$(pg_url a liaison liaison)
does "$url" 'CREATE TABLE rows (n serial PRIMARY KEY, round int)'
if client "$url" 'ALTER SYSTEM SET fsync = off'; then fail 'the role liaison is a superuser'; fi

# Commits wait for the standby, and go on with it.
pg_standby b a
pg_sync a b
gives 'b sync' "$admin" "SELECT application_name || ' ' || sync_state FROM pg_stat_replication"
does "$url" 'INSERT INTO rows (round) VALUES (0)'
pg_pause b
stuck "$url" 'INSERT INTO rows (round) VALUES (1)'
pg_resume b
does "$url" 'INSERT INTO rows (round) VALUES (2)'
gives 3 "$(pg_url b liaison liaison)" 'SELECT count(*) FROM rows'

# Failover in a stream of commits: what was acknowledged is there, by a URL that names both.
both=$(pg_url a,b liaison liaison)"&target_session_attrs=read-write"
(while client "$url" 'INSERT INTO rows (round) VALUES (3) RETURNING n'; do cat "$dir/out" >>"$dir/acknowledged"; done) &
writer=$!
sleep 1
pg_kill a
wait "$writer"
[ "$(wc -l <"$dir/acknowledged")" -ge 5 ] || fail "only $(wc -l <"$dir/acknowledged") commits in a second"
pg_promote b
gives "$(wc -l <"$dir/acknowledged")" "$both" "SELECT count(*) FROM rows WHERE n IN ($(paste -sd, "$dir/acknowledged"))"
does "$both" 'INSERT INTO rows (round) VALUES (4)'

# The one that was killed comes back as a standby of the other, through a network that is cut.
pg_drop a
pg_proxy line b
pg_standby a line
pg_sync b a
url=$(pg_url b liaison liaison)
pg_line line blackhole
stuck "$url" 'INSERT INTO rows (round) VALUES (5)'
pg_line line heal
does "$url" 'INSERT INTO rows (round) VALUES (6)'
# Refused before it is cut: in between, the standby would come back.
pg_line line refuse
pg_line line cut
stuck "$url" 'INSERT INTO rows (round) VALUES (7)'
refused 'Connection refused' "$(pg_url line)"
pg_line line heal
does "$url" 'INSERT INTO rows (round) VALUES (8)'
pg_kill a
pg_sync b

# What the proxy does to clients. A connection and its question are some round trips, each twice the delay.
line=$(pg_url line liaison liaison)
done_in 0 1000 "$line" 'SELECT 1'
pg_line line delay 100
done_in 800 5000 "$line" 'SELECT 1'
pg_line line heal
done_in 0 1000 "$line" 'SELECT 1'
does "$line" "SELECT repeat('x', 20000000)"
[ "$(wc -c <"$dir/out")" = 20000001 ] || fail 'the proxy loses bytes'
pg_line line blackhole
stuck "$line" 'SELECT 1'
pg_line line heal
pg_line line stall 50000
does "$line" 'SELECT 1'
stuck "$line" "SELECT length('$(printf '%0100000d' 0)')"
pg_line line heal
client "$line" 'SELECT pg_sleep(60)' & sleeper=$!
pg_until b "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active')"
pg_line line cut
if wait "$sleeper"; then fail 'a connection that was cut goes on'; fi
done_in 0 1000 "$line" 'SELECT 1'
(pg_line line nonsense) 2>"$dir/err" && fail 'a command that is none'

# Stopped, started, killed, and started again.
gives 9 "$url" 'SELECT max(round) + 1 FROM rows'
pg_restart b
pg_stop b
refused 'Connection refused' "$url"
pg_start b
pg_kill b
pg_start b
gives 9 "$url" 'SELECT max(round) + 1 FROM rows'

# Nothing is left: no process, no file, no shared memory.
pg_start a
pg_pause a
processes="$(pg_pid a) $(pg_pid b) $(cat "$pg_home/line/pid")"
pg_down
[ ! -e "$pg_home" ] || fail 'files are left'
for process in $processes; do
    [ -z "$(tr -d '\0' 2>/dev/null <"/proc/$process/cmdline")" ] || fail "a process is left: $(tr '\0' ' ' <"/proc/$process/cmdline")"
done
