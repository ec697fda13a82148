# try/except/else/finally, re-raising, chaining, notes, groups and with statements in hot loops.
class Mine(Exception):
    pass


def risky(i):
    if i % 4 == 0:
        raise ValueError(i)
    if i % 6 == 1:
        raise Mine("mine", i)
    return i


def flow(n):
    log = []
    total = 0
    for i in range(n):
        try:
            total += risky(i)
        except ValueError as error:
            total -= error.args[0]
        except Mine:
            total += 1000
        else:
            total += 1
        finally:
            if i > n - 4:
                log.append(i)
    return total, log


def returns_in_finally(i):
    while True:
        try:
            if i % 2:
                return "try"
            break
        finally:
            if i % 3 == 0:
                return "finally"
    return "end"


def nested(n):
    caught = 0
    for i in range(n):
        try:
            try:
                risky(i)
            except ValueError:
                raise KeyError(i) from None
        except KeyError as error:
            caught += error.args[0]
            assert error.__suppress_context__
        except Mine as error:
            caught += len(error.args)
    return caught


class Manager:
    def __init__(self, swallow):
        self.swallow = swallow
        self.log = 0

    def __enter__(self):
        self.log += 1
        return self

    def __exit__(self, kind, value, traceback):
        self.log += 10 if kind else 100
        return self.swallow


def managers(n):
    quiet = Manager(True)
    strict = Manager(False)
    for i in range(n):
        with quiet as q:
            risky(i)
        try:
            with strict, quiet:
                risky(i + 1)
        except Exception:
            pass
    return quiet.log, strict.log


print(flow(500), [returns_in_finally(i) for i in range(300)][-7:], nested(500), managers(300))
try:
    try:
        1 / 0
    except ZeroDivisionError as e:
        e.add_note("a note")
        raise Mine("chained") from e
except Mine as e:
    print(repr(e), repr(e.__cause__), e.__cause__.__notes__)
try:
    try:
        raise ExceptionGroup("group", [ValueError(1), TypeError(2), ExceptionGroup("inner", [ValueError(3)])])
    except* ValueError as group:
        print(repr(group))
    except* TypeError as group:
        print(repr(group))
        raise
except ExceptionGroup as group:
    print("outer", repr(group))


def unbound(i):
    if i > 1000:
        x = 1
    return x


for f in (lambda: unbound(1), lambda: undefined_name, lambda: [].pop(), lambda: int("x"), lambda: {}["k"], lambda: "a" + 1,
          lambda: 1 + "a", lambda: [] < 1, lambda: next(iter([])), lambda: iter(3), lambda: (yield_ := 1).x):
    try:
        f()
    except Exception as error:
        print(type(error).__name__, error)
