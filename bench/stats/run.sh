#!/bin/sh
# Simulates what the verdicts promise, with full run counts, and prints a table beside the bars (minutes).
# Ends with code 1 when a bar is missed. A share below 1 runs fewer: bench/stats/run.sh 0.1
# Rows can be named after the share: bench/stats/run.sh 1 D1 F1
# `bench/stats/run.sh speed` measures each question and the detector's rate with criterion instead.
set -eu
cd "$(dirname "$0")"
if [ "${1:-}" = speed ]; then
    exec cargo bench --locked
fi
cd ../..
cargo run --quiet --release --locked -p karat-stats --example validity -- "${@:-1}"
# Rows of judges, clusters and agreement; seconds, so always at full size.
if [ $# -le 1 ]; then
    cargo run --quiet --release --locked -p karat-stats --example validity_judges
fi
