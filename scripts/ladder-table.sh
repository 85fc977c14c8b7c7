#!/bin/sh
# Runs every arm of the ladder's table with three seeds, two at a time, and prints the table. A run that is done is
# kept, one that was interrupted goes on: call it again.
#
#     sh scripts/ladder-table.sh [FOLDER] [TERCET]
set -eu
folder=${1:-runs/ladder-table}
tercet=${2:-target/release/tercet}
mkdir -p "$folder"

run() {
    out="$folder/$1-$2"
    seed=$2
    shift 2
    if [ -f "$out/metrics.json" ]; then
        return
    fi
    if [ -f "$out/recipe.toml" ]; then
        "$tercet" train --resume "$out" > "$out.log" 2>&1
    else
        # The recipe's target is that of its own arm.
        "$tercet" train recipes/emoji-ladder.toml --out "$out" --seed "$seed" --set target.recall_at_1=0 \
            --set target.coherence=0 "$@" > "$out.log" 2>&1
    fi
    echo "$out: done"
}

# Two runs at once; what either says is beside its folder, in a file that ends in .log.
pair() {
    wait "$1" || { echo "$folder: a run failed; the .log files say why" >&2; exit 1; }
    wait "$2" || { echo "$folder: a run failed; the .log files say why" >&2; exit 1; }
}

two="--set loss.thresholds=[0.5] --set loss.margins=[0.2,0.1] --set loss.betas=[1.0,0.02]"
for seed in 0 1 2; do
    run vse0 "$seed" --set loss.kind=vse --set loss.hinges=sum & one=$!
    run vse++ "$seed" --set loss.kind=vse --set loss.hinges=max & pair "$one" $!
    # shellcheck disable=SC2086
    run ladder-2 "$seed" $two & one=$!
    run ladder-3 "$seed" & pair "$one" $!
    # The same from the first step on, and each form of the authors' code in place of the paper's definition, in
    # which the farthest of a rung stands against the nearest below it.
    run vse++first "$seed" --set loss.kind=vse --set loss.hinges=max --set curriculum.steps=1 & one=$!
    run hard-paper "$seed" --set loss.sampling=hard-contrastive --set loss.betas=[1.0,0.25,0.125] & pair "$one" $!
    run hard-authors "$seed" --set loss.sampling=hard-contrastive --set loss.betas=[1.0,0.25,0.125] \
        --set loss.variant=authors & one=$!
    run hard-cumulative "$seed" --set loss.sampling=hard-contrastive --set loss.betas=[1.0,0.25,0.125] \
        --set loss.variant=authors-cumulative & pair "$one" $!
done
python3 scripts/ladder_table.py "$folder"
