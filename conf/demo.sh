#!/bin/sh
# `make demo`: trains a small network on digits that the trainer draws, and
# starts nginx with it in the background.  `demo.sh stop` ends that nginx.

set -eu

cd "$(dirname "$0")/.."

dir=build/demo
nginx=${MAAS_NGINX:-/usr/sbin/nginx}
here=http://127.0.0.1:8080

run() {
    echo "+ $*"
    "$@"
}

serve() {
    "$nginx" -p "$PWD/$dir/" -c "$PWD/$dir/nginx.conf" -e error.log "$@"
}

stop() {
    [ -s $dir/nginx.pid ] || return 0
    serve -s quit 2>/dev/null || :
    for i in 1 2 3 4 5 6 7 8 9 10; do
        [ -s $dir/nginx.pid ] || return 0
        sleep 0.5
    done
}

if [ "${1:-}" = stop ]; then
    stop
    exit
fi

mkdir -p $dir
stop

if curl -s -o $dir/other $here/; then
    echo "$here/ is taken by another server: end it, or give another port" \
        "in conf/demo.conf and conf/demo.sh." >&2
    exit 1
fi

run build/maas-trainer synth $dir/data
run build/maas-trainer fit --data $dir/data --hidden 64:relu,64:relu \
    --name digits -o $dir/digits.safetensors
run build/maas-trainer evaluate $dir/digits.safetensors --data $dir/data

# the first drawn test image as a bare JSON array
od -An -v -tu1 -j16 -N784 $dir/data/t10k-images-idx3-ubyte \
    | tr -s ' \n' ',,' | sed 's/^,*/[/; s/,*$/]/' >$dir/digit.json

cp conf/demo.conf $dir/nginx.conf
: >$dir/error.log

serve

for i in 1 2 3 4 5 6 7 8 9 10; do
    answer=$(curl -sf -d @$dir/digit.json $here/digit) && break
    sleep 0.2
done

if [ -z "${answer:-}" ]; then
    cat $dir/error.log >&2
    echo "no answer from nginx" >&2
    exit 1
fi

says=$(echo "$answer" | tr -d '[]' | tr ',' '\n' | awk '
    $1 > p { p = $1; digit = NR - 1 }
    END { printf "a %d, %.0f %% sure", digit, 100 * p }')

cat <<END

Draw a digit:        $here/
Ask for a picture:   curl -d @$dir/digit.json $here/digit
About the model:     curl $here/v2/models/digits
Your own table:      docs/training.md
End it:              make demo-stop

It reads the picture as $says.
END
