"""Makes data/hours.csv and data/weather.csv from ../late-flights/data: how many flights left each airport in each hour of February 2013,
how many of them late, and the weather then.

    pip install -r ../../test/fixtures/requirements.txt
    python prepare.py
"""

from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "late-flights" / "data"

duckdb.sql(f"""
    COPY (
        SELECT origin, strftime(time_hour AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M') AS utc, day, hour,
               count(*) AS flights, count(*) FILTER (dep_delay >= 15) AS late
        FROM '{SOURCE}/flights.parquet' WHERE month = 2 GROUP BY ALL ORDER BY origin, utc
    ) TO '{HERE}/data/hours.csv'
""")
duckdb.sql(f"""
    COPY (
        SELECT origin, strftime(time_hour AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M') AS utc,
               temp, humid, wind_speed, precip, visib, pressure
        FROM '{SOURCE}/weather.parquet' WHERE month = 2 ORDER BY origin, utc
    ) TO '{HERE}/data/weather.csv'
""")
