"""Makes data/*.csv from the processed files of the UCI archive: python prepare.py FOLDER (no packages needed).

FOLDER has cleveland.data, hungarian.data, switzerland.data and va.data: 14 values a line and no header. What changes is the
form alone: a header, a column with a name for each patient, numbers in their shortest form, nothing where `?` or -9 stands.
"""

import csv
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
FILES = {"cleveland": "cleveland", "hungarian": "hungary", "switzerland": "switzerland", "va": "long-beach"}
COLUMNS = "age sex cp trestbps chol fbs restecg thalach exang oldpeak slope ca thal num".split()


def cell(text):
    if text in ("?", ""):
        return ""
    number = float(text)
    if number == -9:
        return ""
    return repr(int(number)) if number == int(number) else repr(number)


for source, name in FILES.items():
    lines = (Path(sys.argv[1]) / f"{source}.data").read_text().split()
    with open(DATA / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient", *COLUMNS])
        for number, line in enumerate(lines, 1):
            values = line.split(",")
            assert len(values) == len(COLUMNS), f"{source}, line {number}"
            writer.writerow([f"{name[0].upper()}{number:03d}", *map(cell, values)])
