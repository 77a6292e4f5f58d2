#!/bin/sh
# Makes everything a person downloads, from the last commit and from nothing else: what is not committed is not in it.
# Two runs on one commit give the same bytes (check.sh), unless they are signed.
#   usage: release.sh TARGET...      for example: release.sh linux/amd64 windows/amd64
#   DIST=folder (dist)   VERSION=v1.2.3 (the git tag)   SIGN_PFX=file.pfx SIGN_PASS_FILE=file SIGN_TSA=address (see sign.sh)
set -eu
cd "$(git -C "$(dirname "$0")" rev-parse --show-toplevel)"
umask 022
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"
VERSION=${VERSION:-$(git describe --tags --always)}
# Windows and macOS want three numbers, Debian an order: v1.2.3-rc1 is before v1.2.3, five commits after it come later.
NUMBER=$(printf %s "$VERSION" | sed -n 's/^v\([0-9]*\.[0-9]*\.[0-9]*\).*/\1/p')
DEBIAN=$(printf %s "$VERSION" | sed -e 's/^v//' -e 's/-\(alpha\|beta\|rc\)/~\1/' -e 's/-\([0-9]*-g\)/+\1/' -e 's/-/./g')
[ -n "$NUMBER" ] || { NUMBER=0.0.0; DEBIAN="0.0.0+$DEBIAN"; }
MAINTAINER=${MAINTAINER:-psabridge maintainers <$(git log -1 --format=%ae)>}
export VERSION NUMBER DEBIAN MAINTAINER

mkdir -p "${DIST:=dist}"
DIST=$(cd "$DIST" && pwd); rm -rf "$DIST"/*
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
SRC=$WORK/src; mkdir "$SRC" "$WORK/icons"
git archive HEAD | tar -x -C "$SRC"
HERE=$SRC/testdata/release
export DIST WORK SRC HERE

cd "$SRC"
echo "psabridge $VERSION ($NUMBER) of $(date -u -d "@$SOURCE_DATE_EPOCH" +%F)"
go run ./testdata/release/icon "$WORK/icons"
for target; do
  export GOOS="${target%/*}" GOARCH="${target#*/}"
  NAME=psabridge-$VERSION-$GOOS-$GOARCH BIN=$WORK/$GOOS-$GOARCH/psabridge flags=
  export NAME BIN
  if [ "$GOOS" = windows ]; then BIN=$BIN.exe; flags=-H=windowsgui; sh "$HERE/windows/resources.sh"; fi
  CGO_ENABLED=0 go build -trimpath -buildvcs=false ${GCFLAGS:-} -ldflags "-s -w -buildid= $flags -X main.version=$VERSION" -o "$BIN" ./cmd/psabridge
  sh "$HERE/licences.sh" > "$(dirname "$BIN")/LICENCES.txt"
  sh "$HERE/$GOOS/pack.sh"
done
cd "$DIST"
sha256sum -- * > "$WORK/SHA256SUMS"
mv "$WORK/SHA256SUMS" .
ls -l | awk 'NR > 1 {printf "  %9d  %s\n", $5, $9}'
