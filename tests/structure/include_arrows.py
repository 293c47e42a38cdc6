#!/usr/bin/env python3
"""Holds the #include lines of the tree against the arrows between its folders.

A folder may include its own headers, the folders listed for it, and what those may include. Include
roots are shared, so the linker alone would not notice an arrow that points the wrong way.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Direct arrows; `proto/api` and `proto/store` are the generated headers.
ARROWS = {
    "engine/base": [],
    "engine/cel": ["engine/base"],
    "engine/cel/protobuf": ["engine/cel"],
    "engine/facts": ["engine/cel"],
    "engine/rules": ["engine/facts"],
    "engine/decision": ["engine/rules"],
    "engine/analysis": ["engine/decision"],
    "engine/trial": ["engine/decision"],
    "service/metrics": [],
    "service/store": ["engine/facts", "proto/store"],
    "service/leads": ["engine/decision", "service/store", "service/metrics"],
    "service/bundles": ["engine/rules"],
    "service/convert": ["engine/decision", "proto/api"],
    "service/rpc": ["service/convert", "service/leads", "service/bundles", "service/metrics"],
    "service/server": ["service/rpc"],  # and so all of service
    "tools": ["service/server", "engine/cel/protobuf", "engine/analysis", "engine/trial"],
}
# Libraries that only some folders may know. The engine sees no network, no database, no disk.
LIBRARIES = {
    r"grpc(pp)?/|grpc\+\+/": ["service/rpc", "service/server", "tools"],
    r"rocksdb/": ["service/store"],
    r"prometheus/": ["service/metrics"],
    r"httplib\.h": ["service/server"],
    r"spdlog/": ["service", "tools"],
    r"google/protobuf/": ["engine/cel/protobuf", "service", "tools"],
    r"nlohmann/": ["service/convert", "service/server", "tools"],
    r"yaml-cpp/": ["engine/rules", "service/server", "tools"],
    r"(fstream|filesystem|unistd\.h|sys/)": ["service", "tools"],
    r"z3": ["engine/analysis"],
    r"histedit\.h": ["tools"],
}
# The one place where concrete classes are named together.
CONCRETE = {"service/store/rocksdb_store.h": ["service/store", "service/server", "tools"]}
ENGINE_CLOCKS = re.compile(r"absl::Now\(|system_clock|steady_clock|\btime\(nullptr\)|getenv")


def reachable(folder):
    seen, stack = set(), [folder]
    while stack:
        top = stack.pop()
        if top not in seen:
            seen.add(top)
            stack.extend(ARROWS.get(top, []))
    return seen


def folder_of(path):
    if path.startswith("leadgrade/v1/") or path.startswith("google/"):
        return "proto/api"
    if path.startswith("store/v1/"):
        return "proto/store"
    parts = path.split("/")
    if "/".join(parts[:3]) in ARROWS:  # a folder in a folder, with arrows of its own
        return "/".join(parts[:3])
    if parts[0] in ("engine", "service"):
        return "/".join(parts[:2])
    return parts[0] if parts[0] in ("tools", "tests") else None


def within(folder, allowed):
    return any(folder == a or folder.startswith(a + "/") for a in allowed)


def check(path, text):
    folder = folder_of(path)
    may = reachable(folder)
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{path}:{number}"
        if folder.startswith("engine/") and ENGINE_CLOCKS.search(line):
            yield f"{where}: the engine reads no clock and no environment"
        match = re.match(r'\s*#include\s*([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        target = match.group(2)
        for pattern, allowed in LIBRARIES.items():
            if re.match(pattern, target) and not within(folder, allowed):
                yield f"{where}: {folder} must not know {target}"
        if target in CONCRETE and not within(folder, CONCRETE[target]):
            yield f"{where}: {folder} must not name {target}"
        to = folder_of(target)
        if match.group(1) == '"' and to and to not in may:
            yield f"{where}: no arrow {folder} -> {to} ({target})"


def main():
    found, files = [], 0
    for top in ("engine", "service", "tools"):
        for directory, folders, names in os.walk(os.path.join(ROOT, top)):
            folders[:] = [f for f in folders if f != "node_modules"]
            for name in names:
                if name.endswith((".h", ".cc")):
                    path = os.path.relpath(os.path.join(directory, name), ROOT)
                    with open(os.path.join(ROOT, path), encoding="utf-8") as source:
                        found += check(path, source.read())
                    files += 1
    # The checker itself must be able to fail.
    for path, target in [
        ("engine/base/x.cc", "engine/cel/type.h"),
        ("engine/cel/x.cc", "engine/cel/protobuf/x.h"),
    ]:
        if not list(check(path, f'#include "{target}"\n')):
            found.append(f"self-test: a wrong arrow was not seen, {path} -> {target}")
    print("\n".join(found) if found else f"{files} files, no wrong arrow")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
