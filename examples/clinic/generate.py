"""Makes the invented tables of this example, always the same ones: python generate.py (no packages needed).

A hospital and a sanatorium that know some patients both, an insurer that knows who is insured, what was prescribed, which buildings there
are, and which patient is which guest. Small, but with what real tables have: keys that are NULL or match nothing, addresses in any
case and with blanks, two sources that disagree about age and outcome, rows that nobody refers to (with values that
would show if they counted), values that only one of two sources has.
"""

import csv
import datetime
import math
import random
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
PATIENTS, GUESTS, BOTH = 320, 200, 110
VISITS, TREATMENTS, PRESCRIPTIONS = 320, 200, 330

rng = random.Random(2024)
FIRST = "Ada Bo Cleo Dina Emil Fay Gus Hanna Ivo Jane Kees Lena Mila Noor Otto Pim Rose Sam Tess Ugo Vera Wim".split()
LAST = "Bakker Castle Dekker Evers Fisher Groot Haan Jansen Kok Mulder Post Ruiter Smit Visser Winter Zand".split()


def maybe(share, value):
    return "" if rng.random() < share else value


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def day(after=0):
    return (datetime.date(2024, 1, 1) + datetime.timedelta(days=after + rng.randrange(300))).isoformat()


def typed(address):
    """An address as somebody types it."""
    form = rng.choice([str, str, str.upper, str.title])
    return rng.choice(["", "", " "]) + form(address) + rng.choice(["", "", "  "])


def write(name, rows):
    with open(DATA / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# Insurer: buildings; hospital: wards in them, and doctors.
buildings = {
    code: {"building": code, "built": built, "floors": floors, "air_conditioned": cooled}
    for code, built, floors, cooled in (
        ("A", 1931, 4, "false"),
        ("B", 1974, 9, "true"),
        ("C", 2015, 6, "true"),
        ("ruin", 1066, 1, "false"),  # no ward is there
    )
}
wards = {}
for number in range(1, 10):
    wards[f"W{number}"] = {
        "ward": f"W{number}",
        "specialty": rng.choice(["heart", "lungs", "bones"]),
        "beds": rng.randint(8, 40),
        # W9 is in a building that the insurer does not know.
        "building": "annexe" if number == 9 else maybe(0.15, rng.choice("ABC")),
    }
wards["W0"] = {"ward": "W0", "specialty": "closed", "beds": 9999, "building": "ruin"}
doctors = {}
for number in range(1, 15):
    doctors[f"D{number:02d}"] = {
        "doctor": f"D{number:02d}",
        "experience": rng.randint(1, 35),
        "grade": maybe(0.1, rng.choice(["resident", "consultant", "professor"])),
    }
doctors["D99"] = {"doctor": "D99", "experience": 700, "grade": "retired"}

# People, of whom each institution knows some.
people = []
for number in range(PATIENTS + GUESTS - BOTH):
    first, last = rng.choice(FIRST), rng.choice(LAST)
    people.append(
        {
            "name": f"{first} {last}",
            "insurance_no": f"N{10000 + number * 7}",
            "email": f"{first}.{last}{number}@example.org".lower(),
            "age": rng.randint(18, 92),
            "sex": rng.choice(["f", "m"]),
            "heart_rate": round(rng.gauss(74, 11)),
            "oxygen": round(rng.gauss(95, 2.5), 1),
        }
    )
for one in people:
    risk = 0.08 * (one["age"] - 60) + 0.08 * (one["heart_rate"] - 74) - 0.5 * (one["oxygen"] - 95) - 0.4
    one["died"] = int(rng.random() < sigmoid(risk))

patients, guests, register = [], [], []
for number, one in enumerate(people[:PATIENTS], 1):
    ward = rng.choices([f"W{rng.randint(1, 9)}", "W77", ""], [90, 4, 6])[0]
    doctor = rng.choices([f"D{rng.randint(1, 14):02d}", "D50", ""], [90, 5, 5])[0]
    place, who = wards.get(ward, {}), doctors.get(doctor, {})
    stay = 3 + 0.06 * one["age"] + 2.5 * (place.get("specialty") == "bones") - 0.05 * who.get("experience", 15)
    stay += 1.5 * (buildings.get(place.get("building"), {}).get("air_conditioned") == "false") + rng.gauss(0, 1.2)
    patients.append(
        {
            "patient_id": f"P{number:03d}",
            "name": one["name"],
            "insurance_no": maybe(0.06, one["insurance_no"]),
            "email": maybe(0.08, typed(one["email"])),
            "age": maybe(0.08, one["age"]),
            "sex": one["sex"],
            "heart_rate": maybe(0.05, one["heart_rate"]),
            "ward": ward,
            "doctor": doctor,
            "updated_on": maybe(0.1, day()),
            "stay_days": maybe(0.05, round(max(stay, 0.5), 1)),
            "died": maybe(0.05, one["died"]),
        }
    )
for number, one in enumerate(people[PATIENTS - BOTH :], 1):
    also = number <= BOTH
    # What both know, they do not always know alike.
    age = one["age"] + (rng.choice([-2, -1, 1, 3]) if also and rng.random() < 0.2 else 0)
    died = 1 - one["died"] if also and rng.random() < 0.06 else one["died"]
    nights = 6 + 0.05 * age - 0.2 * (one["oxygen"] - 95) + rng.gauss(0, 1.5)
    guests.append(
        {
            "guest_id": f"G{number:03d}",
            "full_name": one["name"].upper(),
            "insured_as": maybe(0.05, one["insurance_no"]),
            "years": maybe(0.1, age),
            "gender": rng.choices([one["sex"], "x", ""], [90, 5, 5])[0],
            "oxygen": maybe(0.05, one["oxygen"]),
            "seen_on": maybe(0.1, day(after=60)),
            "nights": maybe(0.05, round(max(nights, 1), 1)),
            "deceased": maybe(0.05, died),
        }
    )
    if also and rng.random() < 0.85:
        register.append({"patient_id": f"P{PATIENTS - BOTH + number:03d}", "guest_id": f"G{number:03d}", "made_by": "hand"})
# Matches of which one end, or none, is there.
register += [
    {"patient_id": "P001", "guest_id": "G900", "made_by": "machine"},
    {"patient_id": "P002", "guest_id": "", "made_by": "machine"},
    {"patient_id": "P900", "guest_id": "G150", "made_by": "machine"},
    {"patient_id": "P901", "guest_id": "G901", "made_by": "machine"},
]
rng.shuffle(register)
rng.shuffle(guests)

insured = []
for one in people:
    if rng.random() < 0.7:
        insured.append(
            {
                "address": typed(one["email"]),
                "since": rng.randint(1990, 2023),
                "tariff": maybe(0.08, rng.choice(["basic", "comfort", "first"])),
                "claims": rng.randrange(12),
            }
        )
insured.append({"address": "nobody@example.org", "since": 1066, "tariff": "test account", "claims": 9999})
rng.shuffle(insured)

# Visits of patients to the hospital and of guests to the sanatorium, with doctors who work in both; prescriptions.
visits, treatments, prescriptions = [], [], []
for number in range(1, VISITS + 1):
    one = rng.choice(people[:260])
    doctor = rng.choices([f"D{rng.randint(1, 14):02d}", "D50", ""], [90, 5, 5])[0]
    minutes, urgent = rng.randint(5, 60), rng.random() < 0.3
    experience = doctors.get(doctor, {}).get("experience", 15)
    charge = 40 + 2.2 * minutes + 60 * urgent + 1.5 * experience + rng.gauss(0, 12)
    visits.append(
        {
            "visit_id": f"V{number:03d}",
            "insurance_no": maybe(0.05, one["insurance_no"]),
            "doctor": doctor,
            "reason": maybe(0.05, rng.choice(["pain", "check", "fever"])),
            "minutes": maybe(0.05, minutes),
            "urgent": "true" if urgent else "false",
            "charge": maybe(0.05, round(charge, 2)),
            "came_again": maybe(0.05, int(rng.random() < sigmoid(0.03 * (one["age"] - 60) + 1.2 * urgent - 0.5))),
        }
    )
for number in range(1, TREATMENTS + 1):
    doctor = rng.choices([f"D{rng.randint(8, 14):02d}", "D51", ""], [90, 5, 5])[0]
    minutes = rng.randint(20, 90)
    experience = doctors.get(doctor, {}).get("experience", 15)
    charge = 25 + 1.8 * minutes + 1.5 * experience + rng.gauss(0, 9)
    treatments.append(
        {
            "visit_id": f"T{number:03d}",
            "physician": doctor,
            "reason": rng.choice(["check", "massage", "air"]),
            "minutes": maybe(0.08, minutes),
            "therapy": rng.choice(["bath", "walk", "rest"]),
            "charge": maybe(0.04, round(charge, 2)),
        }
    )
for number in range(1, PRESCRIPTIONS + 1):
    one = rng.choice(people[:300])
    prescriptions.append(
        {
            "prescription": number,
            "insurance_no": maybe(0.03, one["insurance_no"]),
            "medicine": rng.choice(["statin", "insulin", "aspirin", "iron"]),
            "dose_mg": maybe(0.06, rng.choice([5, 10, 20, 40, 80])),
            "chronic": rng.choice(["true", "false"]),
        }
    )

DATA.mkdir(exist_ok=True)
write("patients", patients)
write("wards", list(wards.values()))
write("doctors", list(doctors.values()))
write("visits", visits)
write("guests", guests)
write("treatments", treatments)
write("insured", insured)
write("prescriptions", prescriptions)
write("buildings", list(buildings.values()))
write("matches", register)
