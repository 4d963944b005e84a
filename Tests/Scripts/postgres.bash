# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
# shellcheck shell=bash
#
# For scripts that need real PostgreSQL servers: clusters and standbys on free loopback ports, with TLS, run by an ordinary user.
# Source it alone, or after lib.sh and after any trap of the script's own, which it keeps. Sourcing makes a directory, which the trap
# removes together with everything that was started (pg_down). A cluster is called by a name of letters and digits.
#
#   pg_create NAME                     a new cluster that runs; its superuser is postgres
#   pg_database CLUSTER NAME           a role of that name, and a database that belongs to it
#   pg_standby NAME PRIMARY            a streaming standby that runs, with a replication slot of its name
#   pg_sync PRIMARY [STANDBY…]         commits wait for the first of these that is there; without a standby, for nobody
#   pg_promote NAME                    the standby is a primary from now on
#   pg_stop NAME [MODE], pg_start NAME, pg_restart NAME [MODE]    MODE is fast (the default), smart or immediate
#   pg_kill NAME                       kill -9 of every process of it
#   pg_pause NAME, pg_resume NAME      every process of it is halted, and goes on
#   pg_drop NAME                       it is gone, whether it runs or not; the name is free again
#   pg_url NAMES [DATABASE [USER]]     prints a URL without a password; with commas between NAMES, of all these servers
#   pg_sql NAME [ARGUMENT…]            psql as the superuser, as the ordinary user: -c SQL, or standard input; rows without ornament
#   pg_until NAME SQL [SECONDS]        waits until SQL gives t
#   pg_proxy NAME TARGET               a proxy before a cluster or a port; NAME does in pg_url and as a PRIMARY
#   pg_line NAME COMMAND               tells the proxy what to do to its connections: see cut_proxy.py
#
# The password stands in the file that PGPASSFILE names, for every role and port. $pg_home/NAME/log is a server's log.

pg_fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

# pg_find: sets pg_bin to the directory of the server's programs
pg_find() {
    while read -r pg_bin; do
        if [ -x "$pg_bin/initdb" ] && [ -x "$pg_bin/pg_ctl" ]; then return; fi
    done < <(pg_config --bindir 2>/dev/null || true; printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr)
    pg_fail 'no PostgreSQL server: install the package postgresql (scripts/setup --tests does)'
}

# pg_run COMMAND…: as the ordinary user, in a home of its own, so that no file and no language of the caller takes part
pg_run() { env -C "$pg_home" HOME="$pg_home" LC_ALL=C "${pg_as[@]}" "$@"; }

pg_begin() {
    pg_find
    pg_home=$(mktemp -d --tmpdir liaison-postgres.XXXXXX)
    pg_trap "$(trap -p EXIT)"
    # A server refuses to run as root; nobody is an account that every system has.
    pg_as=()
    if [ "$(id -u)" = 0 ]; then
        pg_as=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups)
        chown "nobody:$(id -g nobody)" "$pg_home"
    fi
    "${pg_as[@]}" test -w "$pg_home" || pg_fail "the user nobody cannot enter $pg_home: set TMPDIR to a directory that everybody can enter"
    export PGPASSFILE=$pg_home/passfile
    # shellcheck disable=SC2016 # the inner shell expands these
    pg_run sh -euc 'umask 077
        openssl rand -hex 16 >password
        sed "h; s/^/127.0.0.1:*:*:*:/p; x; s/^/localhost:*:*:*:/" password >passfile
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
            -addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout server.key -out server.pem 2>openssl.log' ||
        pg_fail "no certificate: $(cat "$pg_home/openssl.log")"
}

# pg_port NAME: of a cluster or a proxy; a port is itself
pg_port() { case $1 in [0-9]*) printf '%s\n' "$1" ;; *) cat "$pg_home/$1/port" ;; esac }

pg_url() {
    local name hosts=
    for name in ${1//,/ }; do hosts+=,127.0.0.1:$(pg_port "$name"); done
    printf 'postgresql://%s@%s/%s?sslmode=verify-full&sslrootcert=%s\n' \
        "${3:-postgres}" "${hosts#,}" "${2:-postgres}" "$pg_home/server.pem"
}

pg_sql() { pg_run "$pg_bin/psql" -XAtq -v ON_ERROR_STOP=1 "$(pg_url "$1")" "${@:2}"; }

pg_until() {
    local end=$((SECONDS + ${3:-20}))
    until [ "$(pg_sql "$1" -c "$2" 2>/dev/null)" = t ]; do
        [ "$SECONDS" -lt "$end" ] || pg_fail "not in time on $1: $2"
        sleep 0.1
    done
}

# pg_own NAME: what a cluster has for itself alone; a later line of the file wins
pg_own() {
    "${BASH_SOURCE[0]%/*}/../../scripts/free-port" >"$pg_home/$1/port"
    printf "port = %s\ncluster_name = '%s'\n" "$(pg_port "$1")" "$1" >>"$pg_home/$1/data/postgresql.conf"
}

pg_create() {
    local data=$pg_home/$1/data
    pg_run mkdir "$pg_home/$1"
    pg_run "$pg_bin/initdb" --pgdata="$data" --username=postgres --pwfile="$pg_home/password" --auth=scram-sha-256 --encoding=UTF8 \
        --locale=C --no-sync --no-instructions >"$pg_home/$1/initdb" 2>&1 || pg_fail "initdb: $(cat "$pg_home/$1/initdb")"
    # What a commit promises is as on a real server. Shared memory is in files, so that a killed server leaves none behind.
    cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
ssl = on
ssl_cert_file = '$pg_home/server.pem'
ssl_key_file = '$pg_home/server.key'
fsync = on
synchronous_commit = on
max_connections = 50
shared_buffers = 16MB
dynamic_shared_memory_type = mmap
wal_retrieve_retry_interval = 200ms
log_line_prefix = '%m [%p] %q%u@%d '
CONF
    printf 'hostssl %s all 127.0.0.1/32 scram-sha-256\n' all replication >"$data/pg_hba.conf"
    pg_own "$1"
    pg_start "$1"
}

pg_database() {
    # shellcheck disable=SC2016 # psql expands these
    pg_sql "$1" -v name="$2" -v file="$pg_home/password" <<'SQL'
\set password `cat :file`
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
SQL
}

pg_standby() {
    local data=$pg_home/$1/data
    pg_run mkdir "$pg_home/$1"
    # An earlier standby of this name may have left its slot.
    pg_sql "$2" -c "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '$1'" >/dev/null
    pg_run "$pg_bin/pg_basebackup" --dbname="$(pg_url "$2")" --pgdata="$data" --write-recovery-conf --create-slot --slot="$1" \
        --checkpoint=fast --no-sync
    # Once promoted, it waits for nobody until pg_sync says for whom.
    printf "synchronous_standby_names = ''\n" >>"$data/postgresql.auto.conf"
    pg_own "$1"
    pg_start "$1"
}

pg_sync() {
    local primary=$1 names
    shift
    names=$(IFS=, && printf '%s' "$*")
    pg_sql "$primary" -c "ALTER SYSTEM SET synchronous_standby_names = '${names:+FIRST 1 ($names)}'" -c 'SELECT pg_reload_conf()' >/dev/null
    if [ -n "$names" ]; then
        pg_until "$primary" "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')"
    else
        pg_until "$primary" "SELECT current_setting('synchronous_standby_names') = ''"
    fi
}

# pg_control NAME COMMAND…: the server's own tool; the log says why it failed
pg_control() {
    pg_run "$pg_bin/pg_ctl" "${@:2}" --silent --wait --pgdata="$pg_home/$1/data" --log="$pg_home/$1/log" ||
        pg_fail "pg_ctl ${*:2} of $1: $(tail -n 5 "$pg_home/$1/log")"
}
pg_start() { pg_control "$1" start; }
pg_stop() { pg_control "$1" stop --mode="${2:-fast}"; }
pg_restart() { pg_control "$1" restart --mode="${2:-fast}"; }
pg_promote() { pg_control "$1" promote; }

# pg_pid NAME: the first process of a cluster that runs
pg_pid() {
    local pid
    read -r pid 2>/dev/null <"$pg_home/$1/data/postmaster.pid" || return 1
    # After a crash the number may be another's.
    grep -qaF -- "$pg_home/$1/data" "/proc/$pid/cmdline" 2>/dev/null || return 1
    printf '%s\n' "$pid"
}

# pg_halt NAME: all processes of a cluster; the first is halted, so that there are no more of them
pg_halt() {
    local pid
    pid=$(pg_pid "$1") || pg_fail "$1 does not run"
    kill -STOP "$pid"
    printf '%s %s\n' "$pid" "$(cat "/proc/$pid/task/$pid/children")"
}

# pg_signal SIGNAL NAME: to all processes of a cluster, whose numbers it prints; some may end by themselves meanwhile
pg_signal() {
    local processes
    processes=$(pg_halt "$2") || exit 1
    # shellcheck disable=SC2086 # several numbers
    kill "$1" $processes 2>/dev/null || true
    printf '%s\n' "$processes"
}
pg_pause() { pg_signal -STOP "$1" >/dev/null; }
pg_resume() { pg_signal -CONT "$1" >/dev/null; }
pg_kill() {
    local processes process
    processes=$(pg_signal -KILL "$1") || exit 1
    # What is dead has no command any more, even if nobody has asked for its status yet.
    for process in $processes; do
        while [ -n "$(tr -d '\0' 2>/dev/null <"/proc/$process/cmdline")" ]; do sleep 0.02; done
    done
    pg_forget "$1"
}

# pg_forget NAME: what a killed server leaves: a small segment of shared memory, whose number stands in the seventh line, and the
# number of a process that may still be listed, so that a new server would take it for alive
pg_forget() {
    local file=$pg_home/$1/data/postmaster.pid
    [ -f "$file" ] || return 0
    ipcrm -m "$(awk 'NR == 7 { print $2 }' "$file")" 2>/dev/null || true
    rm -f "$file"
}

declare -A pg_commands=() pg_answers=()

pg_proxy() {
    local folder=$pg_home/$1 commands answers port
    mkdir "$folder"
    mkfifo "$folder/commands" "$folder/answers"
    "${python:-python3}" "${BASH_SOURCE[0]%/*}/cut_proxy.py" "$(pg_port "$2")" <"$folder/commands" >"$folder/answers" &
    disown
    printf '%s\n' "$!" >"$folder/pid"
    exec {commands}>"$folder/commands" {answers}<"$folder/answers"
    pg_commands[$1]=$commands pg_answers[$1]=$answers
    read -r port <&"$answers" || pg_fail "the proxy $1 does not start"
    printf '%s\n' "$port" >"$folder/port"
}

pg_line() {
    local answer=
    printf '%s\n' "${*:2}" >&"${pg_commands[$1]}"
    read -r -t 10 answer <&"${pg_answers[$1]}" || true
    [ "$answer" = ok ] || pg_fail "the proxy $1, told \"${*:2}\", says: ${answer:-nothing}"
}

pg_drop() {
    local folder=$pg_home/$1
    if [ -f "$folder/pid" ]; then
        kill -9 "$(cat "$folder/pid")" 2>/dev/null || true
    elif pg_pid "$1" >/dev/null; then
        pg_resume "$1"
        (pg_stop "$1" immediate) || pg_kill "$1"
    fi
    pg_forget "$1"
    rm -rf "$folder"
}

# pg_down: everything is gone
pg_down() {
    local folder
    for folder in "$pg_home"/*/; do [ ! -d "$folder" ] || (pg_drop "$(basename "$folder")") || true; done
    rm -rf "$pg_home"
}

# pg_trap HANDLER: everything is gone before the script does what it does at its end anyway
pg_trap() {
    eval "set -- $1"
    # shellcheck disable=SC2064 # the present handler is meant
    trap "pg_down || true; ${3:-}" EXIT
}

pg_begin
