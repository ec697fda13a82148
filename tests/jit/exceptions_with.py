"""`with` in traces: normal exits, exceptions that pass, that are swallowed, that __exit__ replaces."""
import contextlib
import sys


class Manager:
    def __init__(self, log, swallows=False):
        self.log = log
        self.swallows = swallows

    def __enter__(self):
        self.log.append("enter")
        return self

    def __exit__(self, kind, value, tb):
        self.log.append(("exit", kind and kind.__name__, value and value.args,
                         tb and tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno, sys.exc_info()[1] is value))
        return self.swallows


class Quiet:
    count = 0

    def __enter__(self):
        return 3

    def __exit__(self, *args):
        Quiet.count += 1


def normal(n):
    log = []
    for i in range(n):
        with Manager(log) as m:
            m.log.append(i)
    return log[-3:], len(log)


def quiet(n):
    total = 0
    for i in range(n):
        with Quiet() as three:
            total += three
    return total


def passes(n):
    log = []
    for i in range(n):
        try:
            with Manager(log):
                if i % 2:
                    raise ValueError(i)
                log.append("body")
        except ValueError as e:
            log.append(e.args)
    return log[-8:], len(log)


def swallowed(n):
    log = []
    for i in range(n):
        with Manager(log, i % 3 == 0), contextlib.suppress(KeyError):
            {}[i]
        log.append(sys.exc_info())
    return log[-4:], len(log)


def suppressed(n):
    count = 0
    for i in range(n):
        with contextlib.suppress(ZeroDivisionError):
            count += 1 // (i % 2)
    return count


class Replaces:
    def __enter__(self):
        pass

    def __exit__(self, kind, value, tb):
        raise OSError("replaced") from value


def replaced(n):
    out = []
    for i in range(n):
        try:
            with Replaces():
                raise LookupError(i)
        except OSError as e:
            out.append((e.__cause__.args, e.__context__ is e.__cause__))
    return out[-2:], len(out)


def leaves_early(n):
    log = []

    def inner(i):
        for k in range(3):
            with Manager(log):
                if k == i % 3:
                    return k
                if i % 5 == 0:
                    continue
                if i % 7 == 0:
                    break
    return [inner(i) for i in range(n)][-9:], log[-3:], len(log)


class BadEnter:
    def __enter__(self):
        raise RuntimeError("no entry")

    def __exit__(self, *args):
        print("never")


def no_entry(n):
    count = 0
    for i in range(n):
        try:
            with BadEnter():
                print("never")
        except RuntimeError:
            count += 1
    return count


def no_manager(n):
    count = 0
    for i in range(n):
        try:
            with (i if i % 3 == 0 else Quiet()):
                count += 1
        except TypeError as e:
            count += len(str(e))
    return count


for run in range(3):
    for function in (normal, quiet, passes, swallowed, suppressed, replaced, leaves_early, no_entry, no_manager):
        print(function.__name__, function(50))
