#!/bin/sh
# Prints the licences of every module that is in the program for GOOS/GOARCH, and Go's own: what is given away must carry them.
set -eu
echo "psabridge contains the following works, each under its own licence."
tell() { printf '\n---- %s ----\n\n' "$1"; shift; cat "$@" 2>/dev/null; }
tell "Go $(go env GOVERSION)" "$(go env GOROOT)/LICENSE"
tell "Pico CSS" static/css/LICENSE-pico.txt
tell "htmx" static/js/LICENSE-htmx.txt
CGO_ENABLED=0 go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/psabridge | sort -u |
while read -r path version dir; do
  files=$(find "$dir" -maxdepth 1 -type f \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' \) ! -name '*.go' | sort)
  [ -n "$files" ] || { echo "licences: $path has no licence file" >&2; exit 1; }
  # shellcheck disable=SC2086 # names of files in the module cache have no blanks
  tell "$path $version" $files
done
