#!/usr/bin/env bash
# Runs a pack (pack.ts) on a machine with an NVIDIA GPU and Python with torch; it needs no network and no Node.
#
#   bash run.sh RESULTS [PLAN]
#
# Leaves RESULTS/gpu-check.json. PLAN: all (where absent), real, or names of sections by comma. Environment:
# SECONDS_IN_ALL (480), PYTHON (python3), QUICK=1 for a try with tiny sizes, PARTS (where parts of pack.ts were put),
# VK_DRIVER_FILES (a Vulkan driver's JSON, where the usual places are not to be searched).
set -u
here=$(cd "$(dirname "$0")" && pwd)
results=${1:?Expected a folder for the results: bash run.sh RESULTS [PLAN]}
mkdir -p "$results" && results=$(cd "$results" && pwd)
export PYTHON=${PYTHON:-python3} SECONDS_IN_ALL=${SECONDS_IN_ALL:-480}
temporary=${TMPDIR:-/tmp}
read -r COMMIT BEFORE_COMMIT < "$here/commits"
export COMMIT BEFORE_COMMIT
# A second call on the same machine finds what the first unpacked.
work=$temporary/gpu-check-$(cat "$here"/app.tar.xz "$here"/node.xz | sha256sum | cut -c1-12)
parts=${PARTS:-$temporary/gpu-check-parts}

unxz_to_stdout() {
  if command -v xz > /dev/null; then xz -dc "$1"
  else "$PYTHON" -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer, 2**22)' "$1"; fi
}

# Joins the parts of one file where all of them came; says so where some did.
joined() {
  [ -e "$2" ] && return 0
  ls "$parts/$1".* > /dev/null 2>&1 || return 1
  cat "$parts/$1".[0-9]* > "$work/joined"
  if [ "$(sha256sum < "$work/joined" | cut -d' ' -f1)" != "$(cat "$parts/$1.sha256")" ]; then
    echo "The parts of $1 in $parts are not all there, or not whole; its sections are left out."
    rm -f "$work/joined"
    return 1
  fi
  case $1 in *.tar.xz) mkdir -p "$2" && unxz_to_stdout "$work/joined" | tar -x -C "$2" ;; *) mv "$work/joined" "$2" ;; esac
  rm -f "$work/joined"
}

if [ ! -e "$work/whole" ]; then
  mkdir -p "$work"
  unxz_to_stdout "$here/node.xz" > "$work/node" & node=$!
  unxz_to_stdout "$here/app.tar.xz" | tar -x -C "$work" || { echo "Expected app.tar.xz to unpack; copy the pack again."; exit 1; }
  wait $node && chmod +x "$work/node" && touch "$work/whole" || { echo "Expected node.xz to unpack; copy the pack again."; exit 1; }
fi

# The loader of Vulkan that was carried, and the NVIDIA driver's file for it.
export LD_LIBRARY_PATH=$work/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
# What ONNX Runtime would keep of its telemetry, and the links to CUDA's libraries, are no business of this machine's.
export ORT_DISABLE_TELEMETRY=1 XDG_CACHE_HOME=$work/cache HOME=${HOME:-$work}
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$work}
for place in /usr/local/nvidia/share/vulkan/icd.d /etc/vulkan/icd.d /usr/share/vulkan/icd.d; do
  [ -z "${VK_DRIVER_FILES:-}" ] && [ -f "$place/nvidia_icd.json" ] && export VK_DRIVER_FILES=$place/nvidia_icd.json
done
if [ -z "${VK_DRIVER_FILES:-}" ]; then
  echo '{"file_format_version": "1.0.0", "ICD": {"library_path": "libGLX_nvidia.so.0", "api_version": "1.3.0"}}' > "$work/nvidia_icd.json"
  export VK_DRIVER_FILES=$work/nvidia_icd.json
fi
export VK_ICD_FILENAMES=$VK_DRIVER_FILES

if joined cuda.tar.xz "$work/cuda"; then
  export AHA_CUDA=$work/cuda CUDA=$work/cuda
  # CUDA's own libraries are those that came with torch.
  libraries=$("$PYTHON" -c 'import glob, importlib.util, os; print(":".join(glob.glob(os.path.dirname(os.path.dirname(importlib.util.find_spec("torch").origin)) + "/nvidia/*/lib")))')
  export LD_LIBRARY_PATH=$LD_LIBRARY_PATH:$libraries
fi
joined weights.gguf "$work/weights.gguf" && export WEIGHTS=$work/weights.gguf
[ -d "$work/before" ] && export BEFORE=$work/before

export SPENT=$SECONDS
cd "$work" || exit 1
exec timeout -k 5 $((SECONDS_IN_ALL + 15)) "$work/node" "$work/app/scripts/gpu-check/run-sections.js" "$results" "${2:-all}"
