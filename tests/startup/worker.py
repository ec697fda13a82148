"""worker.py COACHWHIP: no program that runs under 50 ms starts the compile worker, however hot its loops; a longer one does, also when
its standard input is closed, so that the worker's socket gets the descriptor that the worker wants it at.

The worker is nobody's child, so the program's end hands it to this process, which has declared itself the one that orphans
go to (PR_SET_CHILD_SUBREAPER): the processes that are left to be waited for are counted.

A program's processor time, which can be measured exactly on a busy machine, is never longer than its run; so the programs
below burn a given processor time, up to just under 50 ms."""
import ctypes
import os
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36
LIMIT = 0.050
BURN = "import time\nEND = {seconds}\n"
PROGRAMS = {
    "loop": "i = 0\nwhile time.process_time() < END:\n    for j in range(100):\n        i += j & 3\n",
    "function": "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nwhile time.process_time() < END:\n    f(8)\n",
    "objects": "class C:\n    def __init__(self):\n        self.x = []\n"
               "while time.process_time() < END:\n    for c in [C() for i in range(20)]:\n        c.x.append(c)\n",
    "nothing": "pass\n",
}
LONG = BURN.format(seconds=2.0) + PROGRAMS["loop"]


def run(command):
    """(processor time, number of processes it has left behind)"""
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"{command} failed with status {status}")
    orphans = 0
    while True:
        try:
            os.waitpid(-1, 0)
            orphans += 1
        except ChildProcessError:
            return usage.ru_utime + usage.ru_stime, orphans


def compiles_without_input(coachwhip):
    command = [coachwhip, "--jit=sync", "--jit-stats", "-c", "for i in range(100000): i * i"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, preexec_fn=lambda: os.close(0))
    return done.returncode == 0 and "no native code" not in done.stderr and ": native, " in done.stderr


def main():
    coachwhip = sys.argv[1]
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit("this system has no child subreapers")
    failed = short = 0
    for name, text in PROGRAMS.items():
        for seconds in (0.015, 0.025, 0.035, 0.042, 0.045, 0.047):
            spent, orphans = run([coachwhip, "-c", BURN.format(seconds=seconds) + text])
            if spent >= LIMIT:
                continue
            short += 1
            if orphans:
                print(f"{name}: {orphans} processes started by a program of {spent * 1000:.1f} ms")
                failed = 1
    spent, orphans = run([coachwhip, "-c", LONG])
    print(f"{short} short programs; a program of {spent * 1000:.0f} ms started {orphans} processes")
    if not compiles_without_input(coachwhip):
        print("nothing is compiled when the standard input is closed")
        failed = 1
    return 0 if not failed and short >= 12 and orphans >= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
