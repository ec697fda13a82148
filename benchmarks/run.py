"""run.py: measures Coachwhip against python3.11 and pypy3 over benchmarks/programs, side by side in one run.

For each program the interpreters take turns (so that a slow moment of the machine hits all alike), pinned to one core, and the
JIT's worker process with them unless --worker=free, which gives the program and the worker two cores (the system places them).
Reported, as ratios of CPython's time to the interpreter's (above 1 is faster than CPython):
    first    the first call of run() in a process          steady   the median of the last five calls, when the times have settled
    whole    a whole process that runs the program once     memory   peak resident memory, MiB
and the geometric mean of each. Outputs that differ between interpreters are an error.

--cold asks another question: is --jit=auto ever slower than --jit=off? Whole processes run in pairs, back to back, in turning order;
what a program's pairs say is the median of their ratios auto / off, with the 95 % interval that their ranks give for it (no
assumption about the noise):
    wall     of the wall times                 cpu      of the main process's processor times (the worker's are its own)
    best     the best auto's wall time over the best off's: on a machine that is slow for seconds at a time, neighbours in a pair
             may see another machine each, but every program sees the fast one now and then
Pairs are added, between 10 and --rounds of them, until the interval of the wall ratio is on one side of 1.03. A program whose
interval is wholly above, and whose best is too, is slower, and the exit code 1. Above in one of the two: undecided.

    run.py [--coachwhip FILE] [--only NAME,NAME] [--seconds S] [--rounds N] [--core N] [--worker same|free] [--json FILE]
    run.py --cold [--rounds N] [--core N] [--worker same|free] ...
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
ALLOWED = 1.03  # "never slower", the clock's noise aside


def interpreters(coachwhip):
    found = {"cpython": ["/usr/bin/python3.11"], "off": [coachwhip, "--jit=off"], "auto": [coachwhip, "--jit=auto"]}
    if os.path.exists("/usr/bin/pypy3"):
        found["pypy"] = ["/usr/bin/pypy3"]
    return found


def pinned(command, options):
    cores = str(options.core)
    if options.worker == "free":
        others = sorted(os.sched_getaffinity(0) - {options.core})
        if not others:
            sys.exit("--worker=free needs a second core")
        cores += f",{others[0]}"
    return ["taskset", "-c", cores, *command]


def measure_steady(command, program, seconds):
    done = subprocess.run([*command, str(HERE / "measure.py"), str(program), str(seconds)], capture_output=True, text=True)
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
            whole = measure_whole(pinned(command, options), program)
            steady = measure_steady(pinned(command, options), program, options.seconds)
            figure = figures[name]
            figure["whole"].append(whole)
            figure["first"].append(steady["loaded"] + steady["times"][0])
            figure["steady"].append(statistics.median(steady["times"][-5:]))
            figure["memory"].append(steady["memory"] / 1024)
            results.setdefault(steady["result"], name)
    if len(results) > 1:
        raise RuntimeError(f"{program.name}: the outputs differ: " + "; ".join(f"{v}: {k[:200]}" for k, v in results.items()))
    return {name: {kind: statistics.median(values) for kind, values in figure.items()} for name, figure in figures.items()}


def time_process(command):
    """Wall time and the process's own processor time (the worker is nobody's child and does not count)."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime


def median_with_interval(values):
    """The median of a sample, and the ranks around it that hold the true one 95 times of a hundred."""
    values = sorted(values)
    rank = max(0, int(len(values) / 2 - 0.98 * math.sqrt(len(values))))
    return statistics.median(values), values[rank], values[-1 - rank]


def measure_cold(program, commands, options):
    walls, cpus, best = [], [], {}
    command = {name: [*pinned(commands[name], options), str(program)] for name in ("off", "auto")}
    for pair in range(options.rounds):
        spent = {name: time_process(command[name]) for name in (("off", "auto"), ("auto", "off"))[pair % 2]}
        walls.append(spent["auto"][0] / spent["off"][0])
        cpus.append(spent["auto"][1] / spent["off"][1])
        best = {name: min(best.get(name, math.inf), wall) for name, (wall, _) in spent.items()}
        wall, low, high = median_with_interval(walls)
        if pair >= 9 and (high <= ALLOWED or low > ALLOWED):
            break
    return {"wall": wall, "low": low, "high": high, "cpu": statistics.median(cpus), "best": best["auto"] / best["off"],
            "pairs": len(walls)}


def compare_cold(programs, commands, options):
    where = "the worker on the same core" if options.worker == "same" else "two cores for the program and the worker"
    print(f"cold whole processes, --jit=auto over --jit=off, at most {options.rounds} pairs, {where}")
    table = {}
    for program in programs:
        table[program.stem] = f = measure_cold(program, commands, options)
        print(f"{program.stem:16} wall {f['wall']:5.3f} ({f['low']:5.3f} to {f['high']:5.3f})   best {f['best']:5.3f}"
              f"   cpu {f['cpu']:5.3f}   {f['pairs']} pairs", flush=True)
    print(f"{'geometric mean':16} " + "   ".join(f"{kind} {geometric_mean(f[kind] for f in table.values()):5.3f}"
                                               for kind in ("wall", "best", "cpu")))
    verdicts = {name: (f["low"] > ALLOWED) + (f["best"] > ALLOWED) for name, f in table.items()}
    slower = [name for name, verdict in verdicts.items() if verdict == 2]
    print("slower than --jit=off by more than 3 %:", ", ".join(slower) or "none")
    print("undecided:", ", ".join(name for name, verdict in verdicts.items() if verdict == 1) or "none")
    write_json(table, options)
    return 1 if slower else 0


def write_json(table, options):
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(table, indent=1))


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def sieve_ratio(auto_command, options):
    """Coachwhip's best time on the sieve over that of C++ -O2 on std::vector<int>; the two take turns."""
    ours, native = [], []
    with tempfile.TemporaryDirectory() as folder:
        binary = os.path.join(folder, "sieve")
        subprocess.run(["g++", "-O2", "-o", binary, str(PROGRAMS / "sieve.cpp")], check=True)
        for _ in range(3):
            native.append(float(subprocess.run(pinned([binary], options), capture_output=True, text=True).stdout.split()[1]))
            ours += measure_steady(pinned(auto_command, options), PROGRAMS / "sieve.py", options.seconds)["times"]
    return min(ours) / min(native)


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
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, help="default 3; with --cold 60")
    parser.add_argument("--worker", choices=["same", "free"], default="same")
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--json")
    options = parser.parse_args()
    options.rounds = options.rounds or (60 if options.cold else 3)
    commands = interpreters(options.coachwhip)
    only = set(filter(None, options.only.split(",")))
    programs = [program for program in sorted(PROGRAMS.glob("*.py")) if not only or program.stem in only]
    if options.cold:
        return compare_cold(programs, commands, options)
    table, failed = {}, []
    for program in programs:
        try:
            table[program.stem] = measure_program(program, commands, options)
            print(f"{program.stem}: done", file=sys.stderr)
        except RuntimeError as error:
            failed.append(str(error))
            print(error, file=sys.stderr)
    print_table(table, list(commands))
    if not only or "sieve" in only:
        print(f"sieve, steady, against C++ -O2 over std::vector<int>: {sieve_ratio(commands['auto'], options):.2f} times its time")
    write_json(table, options)
    for message in failed:
        print("FAILED", message)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
