#!/bin/sh
# Runs every arm of the ladder's table with three seeds, two at a time, and prints the table. A run that is done is
# kept, one that was interrupted goes on: call it again.
#
#     sh scripts/ladder-table.sh [FOLDER] [TERCET]
set -eu
folder=${1:-runs/ladder-table}
tercet=${2:-target/release/tercet}
mkdir -p "$folder"

# An arm's name, and what it sets beside recipes/emoji-ladder.toml.
arms() {
    echo "vse0 --set loss.kind=vse --set loss.hinges=sum"
    echo "vse++ --set loss.kind=vse --set loss.hinges=max"
    echo "ladder-2 --set loss.thresholds=[0.5] --set loss.margins=[0.2,0.1] --set loss.betas=[1.0,0.5]"
    echo "ladder-3"
}

run() {
    out=$1
    shift
    if [ -f "$out/metrics.json" ]; then
        return
    fi
    if [ -f "$out/recipe.toml" ]; then
        "$tercet" train --resume "$out" 2> "$out.log" > /dev/null
    else
        rm -rf "$out"
        "$tercet" train recipes/emoji-ladder.toml --out "$out" "$@" 2> "$out.log" > /dev/null
    fi
    echo "$out: done"
}

for seed in 0 1 2; do
    arms | while read -r name sets; do
        # shellcheck disable=SC2086
        run "$folder/$name-$seed" $sets --seed "$seed" &
        # Two at a time.
        while [ "$(jobs -r 2> /dev/null | wc -l)" -ge 2 ]; do sleep 1; done
    done
    wait
done
python3 scripts/ladder_table.py "$folder"
