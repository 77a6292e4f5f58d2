#!/bin/sh
# Installs what a release is made with (and, with the word "wine", what the Windows program is tried on). Like
# testdata/deps.sh it never fails: what cannot be had is left out by the step that needs it, with a visible line.
set -u
want="wixl:wixl msitools:msibuild faketime:faketime osslsigncode:osslsigncode zip:zip unzip:unzip dpkg:dpkg-deb lintian:lintian desktop-file-utils:desktop-file-validate openssl:openssl"
[ "${1:-}" = wine ] && want="$want wine:wine wine64:wine xvfb:Xvfb gcc-mingw-w64-x86-64-win32:x86_64-w64-mingw32-gcc-win32"
missing=""
for w in $want; do command -v "${w#*:}" >/dev/null 2>&1 || missing="$missing ${w%:*}"; done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing for the release:$missing"
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 && exit 0
fi
echo "not installed:$missing – what needs them is left out (sudo apt-get install$missing)"
exit 0
