# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
# shellcheck shell=bash
#
# For the scripts beside it: each is called with an empty directory, and with ROOT, LIAISON_BIN and PYTHON set, and maybe SANDBOXES.
set -euo pipefail

dir=$1
# The commands that ran, for whoever looks at a script that failed or hung
exec {BASH_XTRACEFD}>"$dir/trace"
set -x
bin=$LIAISON_BIN
# shellcheck disable=SC2153 # PYTHON comes from the environment
python=$PYTHON
[ "$python" = /usr/bin/env ] && python=python3
sandbox="$ROOT/scripts/sandbox"
# shellcheck disable=SC2034 # for the scripts that read this one
small="$ROOT/Tests/Scripts/small.yaml"
trap '"$sandbox" down "$dir/sb" >/dev/null 2>&1 || true' EXIT

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

# claim NAME: makes ${claimed[NAME]} a directory below SANDBOXES that no other script uses until this one, and all that it started,
# has ended
declare -A claimed=()
claim() {
    local number=0 lock
    [ -z "${claimed[$1]:-}" ] || return 0
    mkdir -p "$SANDBOXES"
    while exec {lock}>"$SANDBOXES/$1-$number.lock" && ! flock -n "$lock"; do
        exec {lock}>&-
        number=$((number + 1))
    done
    claimed[$1]=$SANDBOXES/$1-$number
}

# fresh [CONVENTION]: a new sandbox in $dir/sb. Where SANDBOXES names a directory, it is a copy of one that was only set up, there
# and by whichever script came first. The copy has the port of that one, so it has to be this script's alone.
fresh() {
    local convention=${1:-$ROOT/examples/ain/convention.yaml} name kept
    [ -n "${SANDBOXES:-}" ] || { "$sandbox" up "$dir/sb" --convention "$convention"; return; }
    name=$(sha256sum <"$convention" | cut -c 1-16)
    claim "$name"
    kept=${claimed[$name]}
    if [ ! -f "$kept/ready" ]; then
        rm -rf "$kept"
        "$sandbox" up "$kept" --convention "$convention" --port "$("$ROOT/scripts/free-port")"
        "$sandbox" down "$kept"
    fi
    cp -a "$kept" "$dir/sb"
    "$sandbox" up "$dir/sb"
}

# as UNIT COMMAND…: one agent's client, JSON on standard output
as() {
    local unit=$1
    shift
    LIAISON_VAULT="$dir/sb/agents/$unit" LIAISON_PASSPHRASE_FILE="$dir/sb/agents/$unit.passphrase" \
        "$bin/liaison" --format json "$@"
}

# registrar INSTITUTION COMMAND…: the registrar's client, JSON on standard output
registrar() {
    local institution=$1
    shift
    LIAISON_VAULT="$dir/sb/registrars/$institution" LIAISON_PASSPHRASE_FILE="$dir/sb/registrars/$institution.passphrase" \
        "$bin/liaison" --format json registrar "$@"
}

# joins VAULT UNIT [INVITE OPTIONS…]: a new agent of UNIT by invitation, in the vault agents/VAULT; prints its name
joins() {
    local vault=$1 institution=${2#*@} code agent
    shift
    registrar "$institution" invite "$@" >"$dir/invited"
    code=$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["code"])' "$dir/invited")
    agent=$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["agent"])' "$dir/invited")
    printf 'essai\n' >"$dir/sb/agents/$vault.passphrase"
    as "$vault" join "$(cat "$dir/sb/relay.url")" <<<"$code" >/dev/null
    registrar "$institution" approve "$agent" 2>/dev/null
    as "$vault" keys list >/dev/null
    printf '%s\n' "$agent"
}

# exits CODE COMMAND…: must end with this exit code; its output is in $dir/out and $dir/err
exits() {
    local expected=$1 code=0
    shift
    "$@" >"$dir/out" 2>"$dir/err" || code=$?
    [ "$code" = "$expected" ] || fail "exit code $code, expected $expected: $* ($(cat "$dir/err"))"
}

# says TEXT FILE: the text must stand in it
says() { grep -qF -- "$1" "$2" || fail "\"$1\" is not in: $(cat "$2")"; }

# json EXPRESSION: of the JSON in $dir/out, called d
json() { "$python" -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$dir/out" "$1"; }

referral=(--set last_name=TESTARD --set first_name=Alpha --set safe_phone=0639980001
    --set beneficiary_profile=victim --set main_issue=couple_violence --set referral_mode=direct
    --set referral_origin=intervention --set minors_present=2 --set adhesion_status=given
    --set person_informed=informed --yes)

# refer [UNIT]: sends a referral to the ISCG and prints its id
refer() {
    as "${1:-bta-montluel}" send referral --to iscg-est@avema01 "${referral[@]}" |
        sed 's/.*"id":"\([^"]*\)".*/\1/'
}

# say UNIT COMMAND…: as a person sees it; both outputs in $dir/out
say() {
    local unit=$1
    shift
    LIAISON_VAULT="$dir/sb/agents/$unit" LIAISON_PASSPHRASE_FILE="$dir/sb/agents/$unit.passphrase" \
        "$bin/liaison" "$@" >"$dir/out" 2>&1
}
# dit UNIT COMMAND…: as a person sees it in French; must end with exit code 0
dit() { LANG=fr_FR.UTF-8 say "$@" || fail "exit code $?: $* ($(cat "$dir/out"))"; }
# interdit CODE UNIT COMMAND…: the same, must end with this exit code
interdit() {
    local expected=$1 code=0
    shift
    LANG=fr_FR.UTF-8 say "$@" || code=$?
    [ "$code" = "$expected" ] || fail "exit code $code, expected $expected: $* ($(cat "$dir/out"))"
}
# tait TEXT FILE: the text must not stand in it
tait() { if grep -qF -- "$1" "$2"; then fail "\"$1\" is in: $(cat "$2")"; fi; }
# deposited: the id in what a French send printed
deposited() { sed -n 's/^\([0-9a-f-]\{36\}\) : déposé, pas encore ouvert.*/\1/p' "$dir/out"; }
# denied UNIT COMMAND…: refused for a reason that the program gives, not by a crash or a mistyped option
denied() {
    local code=0
    say "$@" || code=$?
    case $code in
        65 | 77) ;;
        *) fail "exit code $code, expected a refusal: $* ($(cat "$dir/out"))" ;;
    esac
}
sent() { sed -n 's/^\([0-9a-f-]\{36\}\): deposited, not yet opened.*/\1/p' "$dir/out"; }
# waits SECONDS COMMAND…: until the command succeeds. If it never does, the last words of the servers say why.
waits() {
    local left=$1
    shift
    until "$@"; do
        left=$((left - 1))
        if [ "$left" -le 0 ]; then
            tail -n 3 "$dir"/*.log "$dir/sb/relay/liaisond.log" >&2 2>/dev/null || true
            fail "not in time: $* ($(cat "$dir/out"))"
        fi
        sleep 1
    done
}
alerted() { say "$1" alerts && grep -q "$2" "$dir/out"; }
quiet() { say "$1" alerts && ! grep -q "$2" "$dir/out"; }

# shellcheck disable=SC2034 # for the scripts that read this one
orientation=(--set last_name=TESTARD --set first_name=Alpha --set safe_phone=0639980001 --set needs=housing
    --set 'request=Un rendez-vous.' --set consent_date=2026-11-20 --set 'shared_scope=identity,contact,needs'
    --set adhesion_status=given --set person_informed=informed)

# two_registrars: in $dir/sb what scripts/sandbox makes of the small convention, but for its agents, and with two registrars
# of cd01 who both sign (registrars/cd01, registrars/second), before its first roster. The second one's key has to be made before
# the convention is signed. Its fingerprint is in $dir/fingerprint.
two_registrars() {
    local sb="$dir/sb" port institution key recovery source
    mkdir -p "$sb/agents" "$sb/registrars/recovery"
    port=$("$ROOT/scripts/free-port")
    sed 's/^    kind: department$/    kind: department\n    roster_signatures: 2/' "$small" >"$sb/convention.yaml"
    "$bin/liaisond" init --data "$sb/relay" --origin relais.example/small --port "$port" >>"$sb/convention.yaml"
    printf 'party_keys:\n' >>"$sb/convention.yaml"
    for institution in avema01 ggd01 cd01 tj01; do
        printf 'essai\n' >"$sb/registrars/$institution.passphrase"
        registrar "$institution" create "$institution" --recovery "$sb/registrars/recovery/$institution" >"$dir/line.$institution"
        [ "$institution" = cd01 ] || cat "$dir/line.$institution" >>"$sb/convention.yaml"
    done
    printf 'essai\n' >"$sb/registrars/second.passphrase"
    registrar second create cd01 >"$dir/second" 2>"$dir/err"
    grep -o '[0-9a-f]\{64\}' "$dir/err" >"$dir/fingerprint"
    key=$(sed 's/.*{ key: \([^,]*\),.*/\1/' "$dir/line.cd01")
    recovery=$(sed 's/.*recovery: \([^ ]*\) .*/\1/' "$dir/line.cd01")
    printf '  cd01: { keys: [{ key: %s }, { key: %s }], recovery: %s }\n' "$key" "$(cat "$dir/second")" "$recovery" \
        >>"$sb/convention.yaml"
    source=$sb/convention.yaml
    for institution in avema01 ggd01 cd01 tj01; do
        LIAISON_VAULT="$sb/registrars/$institution" LIAISON_PASSPHRASE_FILE="$sb/registrars/$institution.passphrase" \
            "$bin/liaison" convention sign "$source" --output "$sb/convention.note" 2>/dev/null
        source=$sb/convention.note
    done
    "$bin/liaisond" admit --data "$sb/relay" "$sb/convention.note" >/dev/null
    "$bin/liaisond" serve --data "$sb/relay" --port "$port" 2>"$sb/relay/liaisond.log" &
    printf '%s\n' "$!" >"$sb/relay.pid"
    printf 'https://127.0.0.1:%s\n' "$port" >"$sb/relay.url"
    for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
    for institution in avema01 ggd01 tj01; do
        registrar "$institution" units --from "$sb/convention.yaml"
        registrar "$institution" publish --convention "$sb/convention.note" 2>"$dir/err"
    done
    "$bin/liaison" convention trust "$sb/convention.note" >"$sb/trust"
    : >"$sb/ready"
}
