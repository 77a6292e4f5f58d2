#!/bin/sh
# The program itself, to be copied anywhere, and an installer for one person that needs no administrator.
set -eu
sh "$HERE/sign.sh" "$BIN"
cp "$BIN" "$DIST/$NAME.exe"
for tool in wixl msibuild faketime; do
  command -v $tool >/dev/null || { echo "  LEFT OUT: the .msi ($tool is missing)"; exit 0; }
done
dir=$(dirname "$BIN")
guid() { printf %s "$*" | sha256sum | sed 's/^\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)\(.\{12\}\).*/\1-\2-\3-\4-\5/' | tr a-f A-F; }
cp "$HERE/windows/psabridge.wxs" "$WORK/icons/psabridge.ico" "$dir"
find "$dir" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
# wixl knows no arm64. A package marked for 32 bits installs there too, and what it holds is the arm64 program.
case $GOARCH in amd64) arch=x64 template=x64 ;; *) arch=x86 template=Intel ;; esac
msi=$DIST/$NAME.msi
# What wixl takes from the clock and from chance is given instead, so that two releases of one commit are the same bytes; and
# the components for login get their conditions, for which wixl has no word.
frozen() { faketime -f "@$(date -u -d "@$SOURCE_DATE_EPOCH" '+%F %T')" "$@"; }
when() { frozen msibuild "$msi" -q "UPDATE \`Component\` SET \`Condition\` = '$2' WHERE \`Component\` = '$1'"; }
(
  cd "$dir"
  frozen wixl -a $arch -D NUMBER="$NUMBER" -D NEXT="${NUMBER%.*}.$((${NUMBER##*.} + 1))" -D PRODUCT="$(guid product "$VERSION" "$GOARCH")" -o "$msi" psabridge.wxs
  frozen msibuild "$msi" -s "psabridge $NUMBER" psabridge "$template;1033" "{$(guid package "$VERSION" "$GOARCH" "$(sha256sum < psabridge.exe)")}"
  when autostart AUTOSTART
  when atlogin 'ATLOGIN AND NOT AUTOSTART'
)
sh "$HERE/sign.sh" "$msi"
