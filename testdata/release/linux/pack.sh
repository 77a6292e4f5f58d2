#!/bin/sh
# A tarball that can be unpacked into /usr/local or ~/.local, and a Debian package. No service: psabridge belongs to a person
# and reads that person's keychain.
set -eu
tree=$(dirname "$BIN")/tree
install -D -m 755 "$BIN" "$tree/bin/psabridge"
install -D -m 644 "$HERE/linux/psabridge.desktop" "$tree/share/applications/psabridge.desktop"
for px in 16 24 32 48 64 128 256 512; do
  install -D -m 644 "$WORK/icons/psabridge-$px.png" "$tree/share/icons/hicolor/${px}x$px/apps/psabridge.png"
done
doc=$tree/share/doc/psabridge
install -D -m 644 "$(dirname "$BIN")/LICENCES.txt" "$doc/copyright"
install -D -m 644 "$SRC/README.md" "$doc/README.md"
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --transform "s,^\.,$NAME," -C "$tree" -cf - . | gzip -9n > "$DIST/$NAME.tar.gz"

command -v dpkg-deb >/dev/null || { echo "  LEFT OUT: the .deb (dpkg-deb is missing)"; exit 0; }
root=$(dirname "$BIN")/deb
mkdir -p "$root/DEBIAN"
mv "$tree" "$root/usr"
doc=$root/usr/share/doc/psabridge
gzip -9n "$doc/README.md"
printf 'psabridge (%s) unstable; urgency=medium\n\n  * See the project for what changed.\n\n -- %s  %s\n' "$DEBIAN" "$MAINTAINER" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n > "$doc/changelog.gz"
install -D -m 644 "$HERE/linux/lintian-overrides" "$root/usr/share/lintian/overrides/psabridge"
size=$(du -k -s --apparent-size "$root/usr" | cut -f1)
sed -e "s/@VERSION@/$DEBIAN/" -e "s/@ARCH@/$GOARCH/" -e "s/@SIZE@/$size/" -e "s/@MAINTAINER@/$MAINTAINER/" "$HERE/linux/control" > "$root/DEBIAN/control"
(cd "$root" && find usr -type f | sort | xargs md5sum > DEBIAN/md5sums)
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz --build "$root" "$DIST/psabridge_${DEBIAN}_$GOARCH.deb" >/dev/null
