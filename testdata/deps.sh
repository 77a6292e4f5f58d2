#!/bin/sh
# Installs what the tests drive the product with: Chromium, a Secret Service (gnome-keyring), a session bus and, for
# the disk's faults, strace.
# It never fails: what cannot be had is skipped by its tests with a visible line, and CI forbids the skips by
# PSABRIDGE_REQUIRE=chromium,keyring,shared.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
command -v gnome-keyring-daemon >/dev/null 2>&1 || missing="$missing gnome-keyring"
command -v dbus-run-session >/dev/null 2>&1 || missing="$missing dbus"
command -v strace >/dev/null 2>&1 || missing="$missing strace"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing for the tests:$missing"
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 && exit 0
fi
echo "not installed:$missing – the tests that need them will say that they skip (sudo apt-get install$missing)"
exit 0
