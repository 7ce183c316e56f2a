#!/usr/bin/env bash
# Serves a copy of the example with a scripted model behind Play: serve.sh KARAT FOLDER [flags of `karat serve`].
# Everything that the model answers is marked as simulated; Ctrl-C ends both servers.
set -euo pipefail
karat=$1 folder=$2
shift 2

said=$(mktemp)
"$karat" mock --script "$folder/simulated/mock.toml" --port 0 >"$said" &
mock=$!
trap 'kill "$mock" 2>/dev/null || true; rm -f "$said"' EXIT
for _ in $(seq 100); do
  url=$(grep -o 'http://[^ ;]*/v1' "$said" | head -n 1) && break
  kill -0 "$mock" 2>/dev/null || { cat "$said" >&2; exit 1; }
  sleep 0.05
done
sed "s|http://127.0.0.1:8790/v1|$url|" "$folder/simulated/karat.toml" >>"$folder/karat.toml"

"$karat" -C "$folder" serve "$@"
