#!/bin/sh
# Makes the release twice and compares.
set -eu
here=$(dirname "$0")
a=$(mktemp -d) b=$(mktemp -d)
trap 'rm -rf "$a" "$b"' EXIT
unset SIGN_PFX
DIST=$a sh "$here/release.sh" "$@"
# Another umask, zone and language: a clean machine has its own.
(umask 077; TZ=Asia/Tokyo LANG=de_DE.UTF-8 DIST=$b sh "$here/release.sh" "$@") >/dev/null
diff "$a/SHA256SUMS" "$b/SHA256SUMS" && echo "reproducible: $(wc -l < "$a/SHA256SUMS") files the same"
