#!/bin/sh
# Makes and upgrades the two databases of a Temporal server on PostgreSQL. May be repeated.
# DBNAME and VISIBILITY_DBNAME name them otherwise, for this and for the server.
set -eu
for pair in "${DBNAME:-temporal}:temporal" "${VISIBILITY_DBNAME:-temporal_visibility}:visibility"; do
  database=${pair%%:*}
  schema=${pair##*:}
  export SQL_DATABASE="$database"
  temporal-sql-tool create-database || true
  temporal-sql-tool setup-schema --version 0.0 || true
  temporal-sql-tool update-schema --schema-name "postgresql/v12/$schema"
done
