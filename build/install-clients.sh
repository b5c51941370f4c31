#!/bin/bash
# Installs the clients from npm that tests/LmApi.Tests/Clients runs unmodified, in the versions of the lock file.
# It needs Node.js 20 or later and a registry. No script of a package is run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../tests/Clients"
if ! command -v npm >/dev/null; then
  echo "There is no npm command: install Node.js 20 or later to test the clients from npm."
  exit 1
fi
npm ci --ignore-scripts --no-audit --no-fund
