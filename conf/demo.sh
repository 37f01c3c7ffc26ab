#!/bin/sh
# `make demo [PORT=8080]`: trains small networks on data that it makes, and
# starts nginx with them in the background.
#
#     demo.sh check PORT     may nginx listen there?  Said before anything else
#     demo.sh start PORT
#     demo.sh stop
#
# Environment: MAAS_NGINX, MAAS_DEMO_DIR (build/demo), MAAS_DEMO_SYNTH (options
# of `maas-trainer synth`), MAAS_DEMO_MAKE (what is made: demo).

set -eu

cd "$(dirname "$0")/.."

dir=${MAAS_DEMO_DIR:-build/demo}
nginx=${MAAS_NGINX:-/usr/sbin/nginx}
port=${2:-8080}
here=http://127.0.0.1:$port

run() {
    echo "+ $*"
    "$@"
}

serve() {
    prefix=$(cd "$dir" && pwd)
    "$nginx" -p "$prefix/" -c "$prefix/nginx.conf" -e error.log "$@"
}

stop() {
    [ -s "$dir/nginx.pid" ] || return 0
    serve -s quit 2>/dev/null || :
    for i in 1 2 3 4 5 6 7 8 9 10; do
        [ -s "$dir/nginx.pid" ] || return 0
        sleep 0.5
    done
}

# An earlier demo makes room; whoever else is there stays
check() {
    case $port in
    '' | *[!0-9]* | 0* | ??????*) port_bad=yes ;;
    *) port_bad=; [ "$port" -le 65535 ] || port_bad=yes ;;
    esac

    if [ -n "$port_bad" ]; then
        echo "PORT=$port: expected a number from 1 to 65535" >&2
        exit 1
    fi

    stop
    code=0
    curl -s --noproxy '*' -m 5 -o "$dir/other" "$here/" || code=$?

    if [ "$code" -ne 7 ]; then
        echo "Port $port of 127.0.0.1 is taken by another server: end it, or" \
            "choose another port: make ${MAAS_DEMO_MAKE:-demo} PORT=8081" >&2
        exit 1
    fi
}

# 6000 payments, some of them frauds, as in docs/training.md
make_payments() {
    awk -v seed="$1" -v rows="$2" 'BEGIN {
        srand(seed)
        split("DE FR PL US NG", country, " ")
        print "amount,hour,country,new_device,outcome"
        for (i = 0; i < rows; i++) {
            amount = exp(2 + 4 * rand())
            hour = int(24 * rand())
            c = 1 + int(5 * rand() ^ 2)
            new = rand() < 0.2
            risk = -5 + 0.01 * amount + 1.5 * new + 0.5 * c
            if (hour < 6) risk += 1.5
            printf "%s,%d,%s,%s,%s\n",
                rand() < 0.02 ? "" : sprintf("%.2f", amount), hour, country[c],
                new ? "yes" : "no",
                rand() < 1 / (1 + exp(-risk)) ? "fraud" : "fine"
        }
    }'
}

# Flowers about as large as those of three species of iris
make_flowers() {
    awk 'function near(mean, deviation,  i, sum) {
        for (i = sum = 0; i < 12; i++) sum += rand()
        return mean + deviation * (sum - 6)
    }
    BEGIN {
        srand(1)
        split("setosa versicolor virginica", name, " ")
        split("5.0 5.9 6.6", sepal_l, " "); split("3.4 2.8 3.0", sepal_w, " ")
        split("1.5 4.3 5.6", petal_l, " "); split("0.2 1.3 2.0", petal_w, " ")
        print "sepal_length,sepal_width,petal_length,petal_width,species"
        for (i = 0; i < 600; i++) {
            k = 1 + i % 3
            printf "%.1f,%.1f,%.1f,%.1f,%s\n", near(sepal_l[k], 0.5),
                near(sepal_w[k], 0.3), near(petal_l[k], 0.1 + 0.1 * k),
                near(petal_w[k], 0.02 + 0.07 * k), name[k]
        }
    }'
}

# What flats cost, another year a bit more: two versions of a model
make_prices() {
    awk -v seed="$1" 'BEGIN {
        srand(seed)
        print "area,rooms,price"
        for (i = 0; i < 1000; i++) {
            area = 20 + int(180 * rand())
            rooms = 1 + int(area / 30 + rand())
            printf "%d,%d,%d\n", area, rooms,
                (1900 + 100 * seed + 2000 * rand()) * area + 9000 * rooms
        }
    }'
}

# The first drawn digit as a JSON array and as a picture, a flower as floats
make_bodies() {
    digits=$dir/data/t10k-images-idx3-ubyte
    od -An -v -tu1 -j16 -N784 "$digits" | tr -s ' \n' ',,' \
        | sed 's/^,*/[/; s/,*$/]/' >"$dir/digit.json"
    { printf 'P5\n28 28\n255\n'; tail -c +17 "$digits" | head -c 784; } \
        >"$dir/digit.pgm"
    printf '\063\063\243\100\000\000\140\100\063\063\263\077\315\314\114\076' \
        >"$dir/row.bin"
}

train() {
    make_payments 1 6000 >"$dir/payments.csv"
    make_payments 2 3000 >"$dir/new.csv"
    make_flowers >"$dir/iris.csv"

    for version in 1 2; do
        make_prices $version >"$dir/price-$version.csv"
    done

    run build/maas-trainer synth ${MAAS_DEMO_SYNTH:-} "$dir/data"
    run build/maas-trainer fit -q --effort quick --data "$dir/iris.csv" \
        -o "$dir/iris.safetensors"
    run build/maas-trainer fit -q --effort quick --data "$dir/payments.csv" \
        -o "$dir/payments.safetensors"
    for version in 1 2; do
        run build/maas-trainer fit -q --effort quick \
            --data "$dir/price-$version.csv" --name price -o "$dir/price-$version.safetensors"
    done
    run build/maas-trainer fit --data "$dir/data" --hidden 64:relu,64:relu \
        --name digits -o "$dir/digits.safetensors"
    run build/maas-trainer evaluate "$dir/digits.safetensors" \
        --data "$dir/data"
    make_bodies
}

start() {
    sed "s/127\.0\.0\.1:8080/127.0.0.1:$port/" conf/demo.conf \
        >"$dir/nginx.conf"
    : >"$dir/error.log"
    serve

    for i in 1 2 3 4 5 6 7 8 9 10; do
        answer=$(curl -sf --noproxy '*' -d @"$dir/digit.json" "$here/digit") \
            && break
        sleep 0.2
    done

    if [ -z "${answer:-}" ]; then
        cat "$dir/error.log" >&2
        echo "no answer from nginx" >&2
        exit 1
    fi
}

tell() {
    says=$(echo "$answer" | tr -d '[]' | tr ',' '\n' | awk '
        $1 > p { p = $1; digit = NR - 1 }
        END { printf "a %d, %.0f %% sure", digit, 100 * p }')

    cat <<END

Draw a digit:        $here/
Ask for a picture:   curl -d @$dir/digit.json $here/digit
About the model:     curl $here/v2/models/digits
A flower, a payment: README.md
Your own table:      docs/training.md
End it:              make demo-stop

It reads the picture as $says.
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
    train
    start
    tell
    ;;
*)
    echo "usage: demo.sh check PORT|start PORT|stop" >&2
    exit 2
    ;;
esac
