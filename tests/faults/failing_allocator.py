"""failing_allocator.py [FIRST LAST STEP [PROGRAM...]]: run by Coachwhip. Each program of programs/ runs with its k-th request
for memory failing, for each k: that one alone, or all that follow too, until the program has ended. It must end normally or
with MemoryError (or with an error raised from it: that of __set_name__), never by a signal; the heap must be consistent
afterwards; and nothing may be left behind.

What is left behind is counted in blocks, small and large ones alike, after a full collection. A round is a run with the
fault and one without: that one puts back whatever a failure emptied or left half built of what is kept on purpose (caches
of look-ups, interned strings, shapes of classes). So from one round to the next the number of blocks must not change. It
may in the first rounds, since a failure runs code for the first time too; a leak grows in every round. Each run has the
program compiled anew: its code is quickened and its traces are recorded with the fault, and they die with it. The
library's code is warm: with the JIT on it takes some runs until nothing of it is recorded any more.

The rounds run in forked children, so that a crash is one of a known k."""
import gc
import os
import struct
import sys

import _coachwhip

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")
SURVIVED, FAILED, COMPLETE = range(3)  # what a run with a fault may end with; COMPLETE: the k-th request never came
LASTING = 10**9
IS_INTERPRETED = "--jit=off" in sys.orig_argv
ROUNDS = 4 if IS_INTERPRETED else 12  # a failure runs code for the first time: it may be recorded
WARM_RUNS = 3 if IS_INTERPRETED else 40 if "--jit=exec" in sys.orig_argv else 8  # those that wait for a compiler are slow
BATCH = 40  # values of k for one child


class Wrong(Exception):
    pass


def stay_interpreted(frame, event, argument):
    """A trace function that wants no events: code that is traced is not compiled. Native code that waits here for the
    program to end would hold back what is dead meanwhile."""


def run(program, k, failures=1):
    """One run whose k-th request fails (0: none), and so do those behind it: `failures` in all."""
    namespace = {"__name__": "program"}
    code = compile(*program, "exec")
    end = None
    try:
        sys.settrace(None)
        _coachwhip.fail_at(k, failures)
        exec(code, namespace)
        end = COMPLETE if _coachwhip.fault_is_armed() else SURVIVED
    except BaseException as error:
        _coachwhip.fail_at(0)
        if not isinstance(error, MemoryError) and not isinstance(error.__cause__, MemoryError):
            raise Wrong(f"{type(error).__name__}: {error}") from None
        end = FAILED
    finally:
        _coachwhip.fail_at(0)
        sys.settrace(stay_interpreted)
    return end


def blocks_after_round(program, k, failures):
    end = run(program, k, failures)
    run(program, 0)
    gc.collect()
    return end, _coachwhip.blocks_in_use()


def check(program, k, failures):
    """The end of the run; raises Wrong when each round leaves more behind than the one before."""
    end, before = blocks_after_round(program, k, failures)
    for _ in range(ROUNDS):
        end, now = blocks_after_round(program, k, failures)
        if now <= before:
            break
        grown, before = now - before, now
    else:
        raise Wrong(f"each round leaves {grown} more blocks behind")
    _coachwhip.memory_check()
    return end


def child(program, ks, failures, report):
    """Writes (k, end) to the pipe for each k; end -1 with a message on stderr: wrong."""
    for k in ks:
        os.write(report, struct.pack("ii", k, -2))  # what a crash is the crash of
        try:
            end = check(program, k, failures)
        except Wrong as wrong:
            sys.stderr.write(f"    k={k}: {wrong}\n")
            end = -1
        os.write(report, struct.pack("ii", k, end))
        if end == COMPLETE:
            break
    os._exit(0)


def run_batch(program, ks, failures):
    """{k: end}: -1 wrong, -2 crashed there."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        child(program, ks, failures, writer)
    os.close(writer)
    with open(reader, "rb") as file:
        data = file.read()
    status = os.waitpid(pid, 0)[1]
    ends = dict(struct.iter_unpack("ii", data))
    if status:
        print(f"    k={max(ends)}: the process ended with status {status}")
    return ends


def test(name, program, failures, first, last, step):
    """Number of values of k for which something went wrong."""
    for _ in range(WARM_RUNS):
        run(program, 0)  # imports and caches are there
    gc.collect()
    gc.freeze()
    ends = {}
    k = first
    while k <= last and COMPLETE not in ends.values():
        done = run_batch(program, range(k, min(k + BATCH * step, last + 1), step), failures)
        ends.update(done)
        k = max(done) + step
    gc.unfreeze()
    count = [list(ends.values()).count(end) for end in (SURVIVED, FAILED)]
    wrong = sum(end < 0 for end in ends.values())
    what = "one failure" if failures == 1 else "lasting failure"
    print(f"{name}, {what}: {wrong} wrong, {count[0]} times survived, {count[1]} times MemoryError, up to k={max(ends)}", flush=True)
    return wrong


def main():
    first, last, step = map(int, sys.argv[1:4]) if len(sys.argv) > 3 else (1, 2000, 1)
    names = sys.argv[4:] or sorted(name[:-3] for name in os.listdir(FOLDER) if name.endswith(".py"))
    wrong = 0
    sys.settrace(stay_interpreted)
    for name in names:
        with open(os.path.join(FOLDER, name + ".py"), encoding="utf-8") as file:
            program = file.read(), name
        wrong += sum(test(name, program, failures, first, last, step) for failures in (1, LASTING))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
