#!/usr/bin/env bash
# How fast the embedded store appends and reads, at each durability, a million inferences, and how long commits take at a steady rate;
# prints the disk's own fdatasync beside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cargo run --quiet --release --locked -p karat-store --example speed
cargo run --quiet --release --locked -p karat-store --example million
cargo run --quiet --release --locked -p karat-store --example steady
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
echo "the disk: 200 writes of 4 KiB, each with its own fdatasync"
dd if=/dev/zero of="$scratch" bs=4k count=200 oflag=dsync 2>&1 | tail -n 1
