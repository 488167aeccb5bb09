#!/usr/bin/env bash
# Makes a Python environment for what is tested against other engines: PyPI's packages, at the versions pinned beside.
#
#   scripts/python/make-env.sh trl /tmp/venv-trl      (some 3 GB to download, as PyPI's torch brings CUDA; 1 to 4 minutes)
#   scripts/python/make-env.sh verl /tmp/venv-verl
#
# Python 3.11 (or $PYTHON). Nothing needs a GPU.
set -euo pipefail
name="${1:?Expected trl or verl as the first argument}"
folder="${2:?Expected a folder as the second argument}"
pins="$(dirname "$0")/$name.txt"
[ -f "$pins" ] || { echo "Expected trl or verl, got $name" >&2; exit 2; }
"${PYTHON:-python3.11}" -m venv "$folder"
"$folder/bin/pip" install --quiet --progress-bar off --requirement "$pins"
echo "Made $folder. Use it as $folder/bin/python."
