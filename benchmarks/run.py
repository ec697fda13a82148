"""run.py: measures Coachwhip against python3.11 and pypy3 over benchmarks/programs, side by side in one run.

For each program the interpreters take turns (so that a slow moment of the machine hits all alike), pinned to one core. The
JIT's worker process runs where the system puts it, as it does for a user. Reported, as ratios of CPython's time to the
interpreter's (above 1 is faster than CPython):
    first    the first call of run() in a process          steady   the median of the later half of the calls
    whole    a whole process that runs the program once     memory   peak resident memory, MiB
and the geometric mean of each. Outputs that differ between interpreters are an error.

    run.py [--coachwhip FILE] [--only NAME,NAME] [--iterations N] [--rounds N] [--json FILE]
"""
import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"


def interpreters(coachwhip):
    found = {"cpython": ["/usr/bin/python3.11"], "off": [coachwhip, "--jit=off"], "auto": [coachwhip, "--jit=auto"]}
    if os.path.exists("/usr/bin/pypy3"):
        found["pypy"] = ["/usr/bin/pypy3"]
    return found


def pinned(command, core):
    return ["taskset", "-c", str(core), *command]


def measure_steady(command, program, iterations):
    done = subprocess.run([*command, str(HERE / "measure.py"), str(program), str(iterations)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} {program.name}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def measure_whole(command, program):
    start = time.perf_counter()
    done = subprocess.run([*command, str(program)], capture_output=True)
    spent = time.perf_counter() - start
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} {program.name}: exit code {done.returncode}")
    return spent


def measure_program(program, commands, options):
    figures = {name: {"first": [], "steady": [], "whole": [], "memory": []} for name in commands}
    results = {}
    for _ in range(options.rounds):
        for name, command in commands.items():
            whole = measure_whole(pinned(command, options.core), program)
            steady = measure_steady(pinned(command, options.core), program, options.iterations)
            figure = figures[name]
            figure["whole"].append(whole)
            figure["first"].append(steady["loaded"] + steady["times"][0])
            figure["steady"].append(statistics.median(steady["times"][len(steady["times"]) // 2:]))
            figure["memory"].append(steady["memory"] / 1024)
            results.setdefault(steady["result"], name)
    if len(results) > 1:
        raise RuntimeError(f"{program.name}: the outputs differ: " + "; ".join(f"{v}: {k[:200]}" for k, v in results.items()))
    return {name: {kind: statistics.median(values) for kind, values in figure.items()} for name, figure in figures.items()}


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def sieve_ratio(auto_command, options):
    """Coachwhip's steady time on the sieve over that of C++ -O2 on std::vector<int>."""
    with tempfile.TemporaryDirectory() as folder:
        binary = os.path.join(folder, "sieve")
        subprocess.run(["g++", "-O2", "-o", binary, str(PROGRAMS / "sieve.cpp")], check=True)
        native = float(subprocess.run(pinned([binary], options.core), capture_output=True, text=True).stdout.split()[1])
    ours = measure_steady(pinned(auto_command, options.core), PROGRAMS / "sieve.py", max(options.iterations, 8))
    return min(ours["times"]) / native


def print_table(table, names):
    others = [name for name in names if name != "cpython"]
    kinds = ["first", "steady", "whole"]
    head = f"{'program':16}" + "".join(f"{name + '.' + kind:>13}" for kind in kinds for name in others)
    print(head + "".join(f"{name + ' MiB':>13}" for name in names))
    for program, figures in table.items():
        row = f"{program:16}"
        for kind in kinds:
            row += "".join(f"{figures['cpython'][kind] / figures[name][kind]:13.2f}" for name in others)
        print(row + "".join(f"{figures[name]['memory']:13.1f}" for name in names))
    row = f"{'geometric mean':16}"
    for kind in kinds:
        for name in others:
            row += f"{geometric_mean(f['cpython'][kind] / f[name][kind] for f in table.values()):13.2f}"
    print(row)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--coachwhip", default=str(HERE.parent / "build" / "coachwhip"))
    parser.add_argument("--only", default="")
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--json")
    options = parser.parse_args()
    commands = interpreters(options.coachwhip)
    only = set(filter(None, options.only.split(",")))
    table, failed = {}, []
    for program in sorted(PROGRAMS.glob("*.py")):
        if only and program.stem not in only:
            continue
        try:
            table[program.stem] = measure_program(program, commands, options)
            print(f"{program.stem}: done", file=sys.stderr)
        except RuntimeError as error:
            failed.append(str(error))
            print(error, file=sys.stderr)
    print_table(table, list(commands))
    if not only or "sieve" in only:
        print(f"sieve, steady, against C++ -O2 over std::vector<int>: {sieve_ratio(commands['auto'], options):.2f} times its time")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(table, indent=1))
    for message in failed:
        print("FAILED", message)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
