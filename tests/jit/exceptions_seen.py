"""What a program can see of an exception that was raised inside a trace: traceback, context, sys.exc_info, lifetimes."""
import sys
import traceback


def describe(e):
    out = []
    while e is not None:
        lines = []
        tb = e.__traceback__
        while tb is not None:
            frame = tb.tb_frame
            has_ended = frame.f_code.co_name in ("inner", "outer", "chained", "silenced", "returned")
            lines.append((frame.f_code.co_name, tb.tb_lineno - frame.f_code.co_firstlineno,
                          frame.f_lineno - frame.f_code.co_firstlineno, has_ended and sorted(frame.f_locals.items()),
                          frame.f_back is sys._getframe(1) or frame.f_back.f_code.co_name))
            tb = tb.tb_next
        out.append((type(e).__name__, e.args, lines, e.__suppress_context__, e.__cause__ is e.__context__))
        e = e.__context__
    return out


def inner(i, extra):
    local = [i, extra]
    if i % 2 == 0:
        raise ValueError(i, len(local))
    raise KeyError(i)


def outer(i):
    unused = i * 2.5
    return inner(i, unused)


def keep_last(n):
    keep = None
    for i in range(n):
        try:
            outer(i)
        except (ValueError, KeyError) as e:
            if i >= n - 2:
                keep = e
                print(describe(keep))
    return keep


def exits_in_handler(n):
    seen = []
    for i in range(n):
        try:
            outer(i)
        except ValueError:
            if i == n - 2:
                seen.append(describe(sys.exc_info()[1]))
        except KeyError:
            if i == n - 1:
                seen.append(traceback.format_exc())
    return seen


def chained(i):
    try:
        inner(i, None)
    except ValueError as e:
        raise TypeError("from", i) from e
    except KeyError:
        raise TypeError("in handler", i)


def silenced(i):
    try:
        inner(i, None)
    except (ValueError, KeyError):
        raise OSError(i) from None


def chains(n):
    out = []
    for function in (chained, silenced):
        for i in range(n):
            try:
                function(i)
            except (TypeError, OSError) as e:
                if i >= n - 2:
                    out.append(describe(e))
    return out


def info_after(n):
    seen = 0
    for i in range(n):
        try:
            raise ValueError(i)
        except ValueError:
            seen += sys.exc_info()[1].args[0] == i
        seen += sys.exc_info() == (None, None, None)
    return seen


def helper_raises_in_handler(n):
    seen = 0
    for i in range(n):
        try:
            try:
                raise ValueError(i)
            except ValueError:
                {}[i]
        except KeyError as e:
            seen += e.__context__.args[0] == i and e.__context__.__traceback__.tb_frame is sys._getframe()
    return seen


class Noisy:
    def __init__(self, i, log):
        self.i = i
        self.log = log

    def __del__(self):
        self.log.append(("del", self.i, sys.exc_info()[1] is None))


def holds(noisy):
    second = Noisy(-noisy.i, noisy.log)
    raise ValueError("held")


def lifetimes(n):
    log = []
    for i in range(n):
        try:
            holds(Noisy(i, log))
        except ValueError:
            log.append("handler")
        log.append("after")
    return log[-8:], len(log)


class Carrier(Exception):
    def __init__(self, load):
        super().__init__("carrier")
        self.load = load


def carried(n):
    log = []
    for i in range(n):
        try:
            raise Carrier(Noisy(i, log))
        except Carrier as e:
            log.append(("got", e.load.i, str(e)))
            e.load = i
            e.more = "more"
            if i == n - 1:
                log.append(sorted(e.__dict__.items()))
        log.append("after")
    return log[-8:], len(log)


def returned(i):
    try:
        inner(i, i)
    except Exception as e:
        return e


def kept_in_list(n):
    kept = []
    for i in range(n):
        e = returned(i)
        if i % 10 == 0:
            kept.append(e)
    return [describe(e) for e in kept[-2:]]


def same_instance(n):
    error = ValueError("one")
    for i in range(n):
        error.__traceback__ = None
        try:
            try:
                raise error
            except ValueError as e:
                raise e
        except ValueError as again:
            caught = again
    return caught is error, describe(error)


def in_generator(n):
    for i in range(n):
        try:
            inner(i, "g")
        except ValueError as e:
            yield e.args
        except KeyError:
            yield sys.exc_info()[0].__name__


for run in range(3):
    print(describe(keep_last(41)))
    for function in (exits_in_handler, chains, info_after, helper_raises_in_handler, lifetimes, carried, kept_in_list,
                     same_instance):
        print(function.__name__, function(43))
    print(list(in_generator(40))[-4:], sys.exc_info())
