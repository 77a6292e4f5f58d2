#!/bin/sh
# An app bundle in a zip. It is not signed by Apple: the person allows it once in System Settings ▸ Privacy & Security.
set -eu
command -v zip >/dev/null || { echo "  LEFT OUT: the app bundle (zip is missing)"; exit 0; }
stage=$(dirname "$BIN")/stage
app=$stage/psabridge.app/Contents
install -D -m 755 "$BIN" "$app/MacOS/psabridge"
install -D -m 755 "$HERE/darwin/start" "$app/MacOS/start"
install -D -m 644 "$WORK/icons/psabridge.icns" "$app/Resources/psabridge.icns"
install -D -m 644 "$(dirname "$BIN")/LICENCES.txt" "$app/Resources/LICENCES.txt"
sed "s/@NUMBER@/$NUMBER/" "$HERE/darwin/Info.plist" > "$app/Info.plist"
chmod 644 "$app/Info.plist"
find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
rm -f "$DIST/$NAME.zip"
(cd "$stage" && find psabridge.app | sort | zip -q -X -9 "$DIST/$NAME.zip" -@)
