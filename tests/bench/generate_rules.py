#!/usr/bin/env python3
"""A large bundle, for measuring proofs: N rules over M facts, in rule sets of every hit policy.

usage: tests/bench/generate_rules.py DIR [--rules N] [--facts M] [--seed S]

The rules are sound but for what --faults K plants: K rules that no lead meets.
"""
import argparse
import os
import random

HEAD = "apiVersion: leadgrade/v1\nkind: %s\nmetadata: { name: %s }\n"
LEVELS = ["LOW", "MID", "HIGH", "TOP"]


def facts(count):
    """Facts by kind: enumerations, bools, ints, doubles, instants, text, and derived ones."""
    lines, by_kind = [], {kind: [] for kind in ("level", "flag", "int", "double", "time", "text")}
    for i in range(count):
        kind = ("int", "level", "flag", "double", "int", "level", "time", "text")[i % 8]
        name = f"{kind}_{i}"
        declared = {
            "level": "type: Level", "flag": "type: bool", "text": "type: string",
            "int": "type: int, range: { min: 0, max: 10000 }",
            "double": "type: double, range: { min: 0, max: 1000000 }", "time": "type: timestamp"}
        lines.append(f"  {name}: {{ {declared[kind]} }}")
        by_kind[kind].append(name)
    instants = by_kind.pop("time")
    by_kind["age"] = [f"age_of_{name}" for name in instants]
    lines += [f'  age_of_{name}: {{ type: int, derive: "days_since({name})" }}'
              for name in instants]
    return lines, by_kind


def condition(rng, by_kind, parts):
    """Some comparisons, each of another fact, so that all can hold together."""
    out, used = [], set()
    for _ in range(parts):
        kind = rng.choice(["level", "flag", "int", "double", "age", "text"])
        name = rng.choice(by_kind[kind])
        if name in used:
            continue
        used.add(name)
        bound = rng.randrange(1, 9999)
        out.append({
            "level": f"{name} {rng.choice(['==', '>='])} {rng.choice(LEVELS[1:])}",
            "flag": rng.choice([name, f"!{name}"]),
            "int": f"{name} {rng.choice(['<', '>='])} {bound}",
            "double": f"{name} {rng.choice(['<', '>='])} {bound}.5",
            "age": f"{name} > {rng.randrange(1, 400)}",
            "text": f"{name} == 'text {rng.randrange(100)}'"}[kind])
    return " && ".join(out)


def rule(name, when, then):
    text = f"  - id: {name}\n    reason: {{ zh: 因, en: Because }}\n"
    if when:
        text += f'    when: "{when}"\n'
    return text + f"    then: {{ {then} }}\n"


def table(name, rules, fact):
    """UNIQUE: intervals of one fact."""
    text = HEAD % ("RuleSet", name) + "hitPolicy: UNIQUE\noutputs: [{ name: out, type: int }]\n"
    text += "rules:\n"
    step = 10000 // rules
    for i in range(rules):
        low, high = i * step, (i + 1) * step
        when = f"{fact} >= {low}" if i == rules - 1 else f"{fact} < {high}"
        if 0 < i < rules - 1:
            when = f"{fact} >= {low} && {fact} < {high}"
        text += rule(f"{name}-{i}", when, f"out: {i}")
    return text


def many(rng, name, rules, by_kind, policy, output, values, tail=""):
    text = HEAD % ("RuleSet", name) + f"hitPolicy: {policy}\n{tail}outputs: [{output}]\nrules:\n"
    for i in range(rules):
        when = condition(rng, by_kind, rng.randrange(2, 6))
        text += rule(f"{name}-{i}", when, f"out: {rng.choice(values)}")
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--facts", type=int, default=40)
    parser.add_argument("--faults", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    lines, by_kind = facts(args.facts)
    text = HEAD % ("Bundle", "large") + "decision:\n  grade: grading.out\n---\n"
    text += HEAD % ("FactSchema", "facts")
    text += "types:\n  Grade: [D, C, B, A]\n  Level: [LOW, MID, HIGH, TOP]\nfacts:\n"
    text += "\n".join(lines) + "\n"
    share = args.rules // 5
    grade = "{ name: out, type: Grade }"
    level = "{ name: out, type: Level, priority: [TOP, HIGH, MID, LOW] }"
    sets = [
        many(rng, "grading", share, by_kind, "FIRST", grade, ["A", "B", "C"]) +
        "default: { out: D }\n",
        table("band", share, by_kind["int"][0]),
        many(rng, "strength", share, by_kind, "PRIORITY", level, LEVELS) +
        "default: { out: LOW }\n",
        many(rng, "points", share, by_kind, "COLLECT", "{ name: out, type: int }",
             ["1", "5", "10"], "aggregation: SUM\n"),
        many(rng, "notes", args.rules - 4 * share, by_kind, "RULE ORDER",
             "{ name: out, type: string }", ["one", "two"]),
    ]
    for i in range(args.faults):
        sets[4] += rule(f"fault-{i}", f"{by_kind['int'][1]} > {i + 5} && {by_kind['int'][1]} < {i}",
                        "out: never")
    os.makedirs(args.directory, exist_ok=True)
    with open(os.path.join(args.directory, "bundle.yaml"), "w", encoding="utf-8") as file:
        file.write(text + "".join("---\n" + each for each in sets))


if __name__ == "__main__":
    main()
