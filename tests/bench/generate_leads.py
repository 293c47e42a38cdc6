#!/usr/bin/env python3
"""Writes N generated leads as JSONL on stdout, in the form of the shipped sample leads' mapping.

usage: generate_leads.py N [SEED]
"""
import json
import random
import sys


def lead(rng, i):
    row = {"id": f"g{i:07d}", "name": f"Company {i}", "owner": f"rep{rng.randrange(50)}"}
    facts = {}
    if rng.random() < 0.8:
        facts["kp_level"] = rng.choice(["NONE", "THIRD", "SECOND", "FIRST"])
    if rng.random() < 0.85:
        facts["need"] = rng.random() < 0.7
    if rng.random() < 0.75:
        facts["budget"] = rng.random() < 0.6
    row["facts"] = facts
    row["known_days_ago"] = rng.randrange(0, 45)
    row["events"] = [
        {"id": f"e{k}", "type": rng.choice(["visit", "call", "message"]),
         "days_ago": rng.randrange(0, 40)}
        for k in range(rng.randrange(0, 3))
    ]
    return row


def main():
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    out = sys.stdout
    for i in range(int(sys.argv[1])):
        out.write(json.dumps(lead(rng, i), ensure_ascii=False, separators=(",", ":")))
        out.write("\n")


if __name__ == "__main__":
    main()
