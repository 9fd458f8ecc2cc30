#!/bin/bash
# Starts a replica of the PostgreSQL at PRIMARY, which is copied at the first start.
set -euo pipefail

if [ ! -d "$PGDATA" ]; then
    # complete or not there: what an interrupted start has left is copied anew
    rm -rf "$PGDATA.new"
    PGPASSWORD="$(cat "${SECRETS:-/run/secrets}/replication_password")" pg_basebackup \
        --host "$PRIMARY" --username replication --pgdata "$PGDATA.new" \
        --slot replica --write-recovery-conf --wal-method stream --checkpoint fast
    mv "$PGDATA.new" "$PGDATA"
fi
# reads go on while what they look at is cleaned up
exec postgres -c hot_standby_feedback=on "$@"
