"""Makes the invented tables of this example, always the same ones: python generate.py (no packages needed).

Small, but with what real tables have: empty cells, guests without a customer, keys that match nothing, customers and products
that nobody ordered (with values that would show if they counted), a channel and a city that only rows held out for
testing have, columns of one name and two meanings (`year`), text with commas and quotes.
"""

import csv
import datetime
import math
import random
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
ORDERS, CUSTOMERS, PRODUCTS = 400, 80, 36
# Orders in the test part of the jobs' split (seed 7, test 0.2); test/fixtures/orders/make.py checks that they are.
HELD_OUT = ["A0021", "A0088", "A0163", "A0242", "A0309", "A0370"]

rng = random.Random(2024)


def maybe(share, value):
    return "" if rng.random() < share else value


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def write(name, rows):
    with open(DATA / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


customers = {}
for number in range(1001, 1001 + CUSTOMERS):
    customers[number] = {
        "customer_id": number,
        "segment": maybe(0.1, rng.choices(["consumer", "business", "club"], [6, 3, 2])[0]),
        "city": rng.choices(["Delft", "Rotterdam", "Leiden", "Gouda", "’s-Hertogenbosch"], [5, 4, 3, 2, 1])[0],
        "birth_year": maybe(0.15, rng.randint(1940, 2005)),
        "newsletter": rng.choice(["true", "false"]),
        "year": rng.randint(2012, 2023),
    }
# Nobody orders with these accounts.
for number, city in ((1901, "Atlantis"), (1902, "Delft"), (1903, "Atlantis")):
    customers[number] = {
        "customer_id": number,
        "segment": "test account",
        "city": city,
        "birth_year": 1066,
        "newsletter": "false",
        "year": 1900,
    }

products = {}
for number in range(PRODUCTS):
    sku = f"{rng.choice('KLTW')}-{100 + number}"
    products[sku] = {
        "sku": sku,
        "name": f"Lamp {number}" if number % 5 else f'Shelf "No. {number}", oak',
        "category": rng.choice(["kitchen", "light", "textile", "wood"]),
        "price": round(rng.lognormvariate(3.2, 0.7), 2),
        "weight_kg": maybe(0.1, round(rng.lognormvariate(0.5, 0.8), 3)),
        "fragile": rng.choice(["true", "false", "false"]),
        "year": rng.randint(2015, 2024),
    }
orderable = list(products)[:-3]
for sku in list(products)[-3:]:
    products[sku].update(price=99999.0, category="discontinued")

orders = []
regulars = [number for number in customers if number < 1900]
for number in range(1, ORDERS + 1):
    customer = rng.choices([rng.choice(regulars), 7000 + rng.randint(1, 9), None], [85, 5, 10])[0]
    sku = rng.choices([rng.choice(orderable), f"X-{rng.randint(1, 4)}", None], [92, 6, 2])[0]
    who, what = customers.get(customer, {}), products.get(sku, {})
    day = datetime.date(2024, 1, 1) + datetime.timedelta(days=rng.randrange(366))
    channel = maybe(0.04, rng.choices(["web", "app", "phone"], [6, 4, 1])[0])
    quantity = rng.choices([1, 2, 3, 4, 10], [60, 20, 10, 6, 4])[0]
    discount = maybe(0.3, rng.choice([0, 5, 10, 15, 25]))
    gift = rng.random() < 0.2
    inclined = (
        -0.9
        + 0.9 * (channel == "app")
        - 0.5 * gift
        + 0.03 * (discount or 0)
        + 1.1 * (what.get("category") == "textile")
        + 0.7 * (what.get("fragile") == "true")
        - 0.6 * (who.get("segment") == "business")
        + 0.02 * ((who.get("birth_year") or 1975) - 1975)
        + 0.25 * (day.month == 12)
    )
    days = (
        2.5
        + 0.4 * quantity
        + 0.5 * (what.get("weight_kg") or 2)
        + 1.5 * (day.month in (11, 12))
        + (who.get("city") == "Gouda")
        + rng.gauss(0, 0.8)
    )
    returned = "yes" if rng.random() < sigmoid(inclined) else "no"
    orders.append(
        {
            "order_id": f"A{number:04d}",
            "ordered_on": day.isoformat(),
            "channel": channel,
            "customer_id": "" if customer is None else customer,
            "product": "" if sku is None else sku,
            "quantity": quantity,
            "discount": discount,
            "gift": "true" if gift else "false",
            "note": rng.choice(["leave it with the neighbour, please"] + [""] * 9),
            "delivery_days": maybe(0.05, round(max(days, 0.5), 1)),
            "returned": maybe(0.06, returned),
        }
    )

# Levels that training never sees.
for order in orders:
    if order["order_id"] in HELD_OUT:
        order["channel"] = "kiosk"
newcomer = 1000 + CUSTOMERS + 1
customers[newcomer] = {**customers[1001], "customer_id": newcomer, "segment": "consumer", "city": "Vaduz"}
for order in orders:
    if order["order_id"] in HELD_OUT[:3]:
        order["customer_id"] = newcomer

DATA.mkdir(exist_ok=True)
write("orders", orders)
write("customers", list(customers.values()))
write("products", list(products.values()))
