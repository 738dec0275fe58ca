"""Makes data/accounts.parquet and data/clients.parquet from the two files of FATE's example `default_credit_hetero`.

    pip install -r ../../test/fixtures/requirements.txt
    python prepare.py FOLDER       # with default_credit_hetero_guest.csv and default_credit_hetero_host.csv
"""

import sys
from pathlib import Path

import duckdb

TARGET = Path(__file__).resolve().parent / "data"
SOURCE = Path(sys.argv[1])

MONTHS = range(1, 7)
ACCOUNTS = ["late_6", *(f"bill_{month}" for month in MONTHS), *(f"paid_{month}" for month in MONTHS)]
CLIENTS = ["credit", "sex", "education", "marriage", "age", *(f"late_{month}" for month in range(1, 6))]


def write(file, table, names, label=""):
    columns = ", ".join(f"x{position} AS {name}" for position, name in enumerate(names))
    duckdb.sql(f"""
        COPY (SELECT id AS client, {label} {columns} FROM read_csv('{SOURCE / file}'))
        TO '{TARGET / table}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 22)
    """)


write("default_credit_hetero_guest.csv", "accounts.parquet", ACCOUNTS, 'y AS "default",')
write("default_credit_hetero_host.csv", "clients.parquet", CLIENTS)
