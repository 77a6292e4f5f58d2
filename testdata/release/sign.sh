#!/bin/sh
# Signs a Windows program or installer in place when SIGN_PFX names a certificate; else leaves it and says so.
#   SIGN_PFX=file.pfx  SIGN_PASS_FILE=file with its password  SIGN_TSA=address of a time-stamping service (optional)
# The password goes by a file: arguments and the environment of a process can be read by others.
set -eu
if [ -z "${SIGN_PFX:-}" ]; then echo "  not signed: $(basename "$1") (SIGN_PFX is not set)"; exit 0; fi
command -v osslsigncode >/dev/null || { echo "SIGN_PFX is set and osslsigncode is missing" >&2; exit 1; }
set -- "$1" ${SIGN_TSA:+-ts "$SIGN_TSA"}
file=$1; shift
osslsigncode sign -pkcs12 "$SIGN_PFX" -readpass "$SIGN_PASS_FILE" -h sha256 -n psabridge "$@" -in "$file" -out "$file.signed" >/dev/null
mv "$file.signed" "$file"
