#!/bin/sh
# Puts icon, version and manifest beside the program's source as an object the Go linker takes in.
set -eu
res=$WORK/windows-resources; mkdir -p "$res"
cp "$WORK/icons/psabridge.ico" "$HERE/windows/psabridge.manifest" "$res"
sed -e "s/@NUMBER@/$NUMBER/" -e "s/@VERSION@/$VERSION/" "$HERE/windows/winres.json" > "$res/winres.json"
GOOS='' GOARCH='' go run github.com/tc-hib/go-winres@v0.3.3 make --in "$res/winres.json" --arch "$GOARCH" --out "$SRC/cmd/psabridge/rsrc"
