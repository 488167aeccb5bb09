"""Writes people.jsonl and schema.json: 400 sentences with a JSON object to be read out of each (docs/log.md).

    python scripts/make_people.py FOLDER
"""
import json
import pathlib
import random
import sys

NAMES = "Ana Ben Cleo Dan Eva Finn Gina Hugo Ida Jan Kim Leo Mia Nils Olga Paul Rosa Sam Tina Udo Vera Will Yara Zoe"
CITIES = "Paris Oslo Rome Lima Cairo Delhi Tokyo Berlin Quito Dakar"
JOBS = "baker pilot nurse singer farmer lawyer driver tailor"
SENTENCES = [
    "{n} is a {a} year old {j} from {c}.",
    "Meet {n}, a {j} who lives in {c} and is {a}.",
    "At {a}, {n} works as a {j} in {c}.",
    "The {j} {n} ({a}) comes from {c}.",
]
ASKED = 'Write a JSON object with the fields "name" (text) and "age" (number).'

folder = pathlib.Path(sys.argv[1])
draw = random.Random(7)
seen = set()
with open(folder / "people.jsonl", "w") as rows:
    while len(seen) < 400:
        name, city, job = draw.choice(NAMES.split()), draw.choice(CITIES.split()), draw.choice(JOBS.split())
        age = draw.randint(18, 80)
        sentence = draw.choice(SENTENCES).format(n=name, a=age, j=job, c=city)
        if sentence in seen:
            continue
        seen.add(sentence)
        gold = json.dumps({"name": name, "age": age})
        rows.write(json.dumps({"question": f'Read: "{sentence}" {ASKED}', "answer": gold}) + "\n")
fields = {"name": {"type": "string"}, "age": {"type": "integer"}}
schema = {"type": "object", "required": list(fields), "properties": fields, "additionalProperties": False}
(folder / "schema.json").write_text(json.dumps(schema))
