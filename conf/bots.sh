#!/bin/sh
# `make demo-bots [PORT=8080] [DAY=60]`: nginx logs visitors of a shop, trains
# on that log, and lives through more days with the model at its gate.
#
#     bots.sh check PORT        may nginx listen there?
#     bots.sh start PORT [DAY [TRAINING]]
#     bots.sh stop
#
# DAY: how many seconds a day lasts (60); TRAINING: days to train on (3).
# Environment: MAAS_BUILD (build), MAAS_NGINX, MAAS_BOTS_DIR (build/bots),
# MAAS_BOTS_FIT (more options of fit).

set -eu

cd "$(dirname "$0")/.."

build=${MAAS_BUILD:-build}
dir=${MAAS_BOTS_DIR:-$build/bots}
nginx=${MAAS_NGINX:-/usr/sbin/nginx}
port=${2:-8080}
day=${3:-60}
training=${4:-3}
here=http://127.0.0.1:$port

run() {
    echo "+ $*"
    "$@"
}

serve() {
    prefix=$(cd "$dir" && pwd)
    "$nginx" -p "$prefix/" -c "$prefix/nginx.conf" -e error.log "$@"
}

# By the pid: -s would want a configuration that is right
stop() {
    [ -s "$dir/nginx.pid" ] || return 0
    kill -QUIT "$(cat "$dir/nginx.pid")" 2>/dev/null || return 0
    for i in 1 2 3 4 5 6 7 8 9 10; do
        [ -s "$dir/nginx.pid" ] || return 0
        sleep 0.5
    done
}

# An earlier demo makes room; whoever else is there stays
check() {
    for n in "$port" "$day" "$training"; do
        case $n in
        '' | *[!0-9]* | 0* | ??????*)
            echo "$n: expected a whole number: make demo-bots PORT=8080" \
                "DAY=60" >&2
            exit 1
            ;;
        esac
    done

    stop
    MAAS_DEMO_DIR=$dir/port MAAS_DEMO_MAKE=demo-bots \
        sh conf/demo.sh check "$port"
}

# conf/bots.conf on this port; `watch`: without what needs a model.  Workers of
# root remain root: a folder of root's may be closed to others.
configure() {
    if [ "$1" = watch ]; then
        sed -e '/# with a model$/,/# end$/d' \
            -e 's/\$servers/app.example/' conf/bots.conf
    else
        cat conf/bots.conf
    fi | sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$port/" \
        -e "s|^load_module .*|load_module $module;|" >"$dir/nginx.conf"
    [ "$(id -u)" != 0 ] || echo "user root;" >>"$dir/nginx.conf"
}

# The log begins anew.  A worker opens it again soon after it is told to, and
# makes it then.
rotate() {
    mv "$dir/bots.jsonl" "$dir/$1"
    serve -s reopen
    for i in 1 2 3 4 5 6 7 8 9 10; do
        [ ! -e "$dir/bots.jsonl" ] || break
        sleep 0.2
    done
    sleep 0.5
}

# One day: its number, the seed of its visitors
live() {
    run "$build/maas-bots" day "$port" "$dir/labels.csv" "$dir/truth.csv" \
        --day="$1" --seed="$2" --seconds="$day"
    sleep 0.3
}

judge() {
    "$build/maas-bots" judge "$dir/truth.csv" "$dir/html/result.json" "$@"
}

begin() {
    rm -rf "$dir/html" "$dir"/*.jsonl "$dir"/*.csv "$dir"/*.safetensors
    mkdir -p "$dir/html"
    cp conf/bots.html "$dir/html/"
    echo '{"days":[]}' >"$dir/html/result.json"
    module=$(cd "$build" && pwd)/ngx_http_maas_module.so
    : >"$dir/error.log"
    configure watch
    serve
    for i in 1 2 3 4 5 6 7 8 9 10; do
        curl -sf --noproxy '*' -o "$dir/other" "$here/result.json" && return
        sleep 0.2
    done
    cat "$dir/error.log" >&2
    echo "no answer from nginx" >&2
    exit 1
}

# Labels come later than the requests, as feedback does
train() {
    run "$build/maas-trainer" fit -q --data "$dir/watched.jsonl" \
        --features features --labels "$dir/labels.csv" --on request_id \
        --split time=time --false-alarms 0.01 --name bots \
        --hidden 32:relu:drop=0.2 --label-smoothing 0.02 --weight-decay 0.01 \
        --calibration none --epochs 16 ${MAAS_BOTS_FIT:-} \
        -o "$dir/bots.safetensors"
}

start() {
    trap stop EXIT                  # whatever fails leaves no nginx behind
    echo "The page: $here/"
    begin

    d=1
    while [ "$d" -le "$training" ]; do
        live "$d" 1
        d=$((d + 1))
    done

    rotate watched.jsonl
    train
    configure gate
    serve -s reload || {
        echo "The days were too short to show every column: a longer DAY" >&2
        exit 1
    }
    sleep 1

    live "$d" 1
    rotate same.jsonl
    judge "the next day=$dir/same.jsonl" >"$dir/said"
    live "$d" 2
    rotate other.jsonl
    judge "the next day=$dir/same.jsonl" \
        "a day of another site (seed 2)=$dir/other.jsonl"
    trap - EXIT
}

tell() {
    cat <<END

What happened:     $here/
The model's page:  $here/status
Ask it:            curl $here/v2/models/bots
The log, labels:   $dir/watched.jsonl, $dir/labels.csv
End it:            make demo-stop
END
}

mkdir -p "$dir"

case ${1:-} in
stop)
    stop
    ;;
check)
    check
    ;;
start)
    check
    start
    tell
    ;;
*)
    echo "usage: bots.sh check PORT|start PORT [DAY [TRAINING]]|stop" >&2
    exit 2
    ;;
esac
