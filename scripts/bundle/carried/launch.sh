#!/bin/sh
# Runs @PROGRAM@ of this bundle, with the Node that lies in it, or the one on the PATH; GUICHET_NODE names another.
set -eu
# Builtins alone, where nobody has linked to this file: a closed machine may have nothing but a shell and Node.
folder_of() { case $1 in */*) echo "${1%/*}/" ;; *) echo ./ ;; esac; }
self=$0
while [ -h "$self" ]; do
  target=$(readlink "$self")
  case $target in /*) self=$target ;; *) self=$(folder_of "$self")$target ;; esac
done
here=$(CDPATH='' cd -- "$(folder_of "$self")" && pwd)

node=${GUICHET_NODE:-}
if [ -z "$node" ] && [ -x "$here/bin/node" ]; then node=$here/bin/node; fi
if [ -z "$node" ]; then
  node=$(command -v node) || {
    echo 'There is no "node" on the PATH: install Node 20.19 or newer, or name one with GUICHET_NODE=/path/to/node.' >&2
    exit 1
  }
fi
version=$("$node" --version) || {
  echo "$node cannot be run: install the Node that this bundle was made for (see bundle.json)." >&2
  exit 1
}
case $version in
v[0-9].* | v1[0-9].*)
  echo "This is Node $version, which is too old: install the one that this bundle was made for (see bundle.json)." >&2
  exit 1
  ;;
esac
exec "$node" "$here/@PROGRAM@" "$@"
