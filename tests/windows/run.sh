#!/usr/bin/env bash
# Runs tests on Windows under Wine, and makes that Windows first if it is missing or out of date.
#
#   bash tests/windows/run.sh quick      what every submission runs: within ten minutes
#   bash tests/windows/run.sh all        every test that needs no browser, and the page
#   bash tests/windows/run.sh TEST...    files or tests
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export WINEPREFIX=${XDG_CACHE_HOME:-$HOME/.cache}/camrec/windows/prefix
trap 'wineserver --kill || true' EXIT # Wine's own services would stay
bash "$here/set_up.sh"
python "$here/run.py" "$@"
if [ "${1-}" = all ]; then
  CI=true pytest "$here/journey.py"
fi
