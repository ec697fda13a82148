"""Builtins that consume generators (vm/consume.c): what the loop in Python behind them must not show, and where it ends."""
import sys
import threading


class Loud:
    log = []

    def __init__(self, n):
        self.n = n

    def __add__(self, other):
        return Loud(self.n + other.n) if isinstance(other, Loud) else NotImplemented

    def __radd__(self, other):
        return Loud(self.n + other)

    def __lt__(self, other):
        return self.n < other.n

    def __gt__(self, other):
        return self.n > other.n

    def __bool__(self):
        return self.n % 7 != 6

    def __del__(self):
        self.log.append(self.n)


def made(n):
    for i in range(n):
        Loud.log.append("make")
        yield Loud(i * 5 % 11)


def lifetimes(n):
    results = []
    for function in (sum, any, all, min, max, list, tuple):
        Loud.log.clear()
        result = function(made(n))
        log = list(Loud.log)
        result = [v.n for v in result] if isinstance(result, (list, tuple)) else result if isinstance(result, bool) else result.n
        results.append((function.__name__, result, log))
    return results


def stack():
    frame, names = sys._getframe(1), []
    while frame:
        names.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
        frame = frame.f_back
    return names[:3]


def looks(n, at):
    for i in range(n):
        yield (stack() if i == at else i) and i + 1


def stacks_seen(n):
    seen = []

    def probe(i):
        if i == n - 1:
            seen.append(stack()[1:])
        return i
    for function in (sum, any, all, min, max, list):
        function(probe(i) for i in range(n))
    return seen


def back_of_frame(n):
    holder = []

    def body(n):
        for i in range(n):
            if i == n // 2:
                frame = holder[0].gi_frame
                names = []
                while frame and len(names) < 2:
                    frame = frame.f_back
                    names.append(frame.f_code.co_name)
                holder.append(names)
            yield i
    results = []
    for function in (sum, max, list):
        holder[:] = [body(n)]
        function(holder[0])
        results.append(holder[1])
    return results


def traced(n):
    events = []

    def tracer(frame, event, argument):
        if frame.f_code.co_filename == __file__:
            events.append((frame.f_code.co_name, event))
        else:
            events.append(("?", event))
        return tracer

    def body(n):
        for i in range(n):
            if i == n - 3:
                sys.settrace(tracer)
                sys._getframe().f_trace = tracer
            yield i
    total = sum(body(n))
    sys.settrace(None)
    count = len(events)
    return total, count > 0, sorted(set(events))


def profiled(n):
    events = []

    def profiler(frame, event, argument):
        events.append((frame.f_code.co_name, event, getattr(argument, "__name__", None)))
    sys.setprofile(profiler)
    total = sum(i for i in range(n))
    sys.setprofile(None)
    return total, len(events), events[:3], events[-3:]


def deep(n):
    return n if n == 0 else sum(deep(n - 1) + k for k in range(1))


def too_deep():
    def down(n):
        return sum(down(n + 1) for k in range(2))
    try:
        down(0)
    except RecursionError as error:
        return str(error)[:32]


def early_end(n):
    g = (i for i in range(n))
    seen = [any(v > 3 for v in g), next(g), all(v < 9 for v in g), next(g, "end"), sum(g), sum(g), list(g)]
    h = made(n)
    seen.append(any(not v for v in h))
    seen.append(sum(1 for v in h))
    return seen


def consumes_itself(n):
    holder = []

    def body(function):
        for i in range(n):
            if i == n - 2:
                try:
                    function(holder[0])
                except ValueError as error:
                    holder.append(str(error))
            yield i
    for function in (sum, any, all, min, max, list, tuple):
        holder[:] = [body(function)]
        holder[0] = body(function)
        holder.append(function(holder[0]))
        if function in (any, all):
            holder.append(list(holder[0]))
        yield holder[1:]


class Bad:
    def __init__(self, kind):
        self.kind = kind

    def __add__(self, other):
        raise OSError(self.kind)
    __radd__ = __lt__ = __gt__ = __add__

    def __bool__(self):
        raise OSError(self.kind)


def names_of(error):
    trace, names = error.__traceback__, []
    while trace:
        names.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    return names


def errors(n):
    log = []
    for function in (sum, any, all, min, max):
        g = (Bad(i) if i == n - 1 else i % 2 if function is all else 0 for i in range(1, n + 3))
        if function is all:
            g = (Bad(i) if i == n - 1 else 1 for i in range(1, n + 3))
        try:
            log.append(function(g))
        except OSError as error:
            log.append((function.__name__, error.args, names_of(error), sum(1 for v in g)))
    return log


def starts(n):
    return (sum((i for i in range(n)), 0.5), sum(([i] for i in range(n)), []), sum((1 << 60 for i in range(n)), True),
            sum((i * 0.1 for i in range(n))), sum((True for i in range(n)), -3), min((i for i in range(-n, n)), default=4),
            max((i for i in range(0)), default=4), max((str(i) for i in range(n)), default=4), sum((1j * i for i in range(n)), 1))


def extends(n):
    items = []

    def body():
        for i in range(n):
            yield len(items)
    items.extend(body())
    first = list(items)
    items += body()
    [].extend(body())
    a, *b = (i for i in range(n))
    return first, items, b, [*(i for i in range(n)), 5], (lambda *args: args)(*(i for i in range(3))), sorted(-i for i in range(n))


def in_threads(n):
    results = []

    def work():
        for k in range(n):
            results.append(sum(i * k for i in range(20)))
    threads = [threading.Thread(target=work) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(results), len(results)


def one_place(n):
    def total(items):
        return sum(items)
    sources = [lambda: (i for i in range(n)), lambda: (i * 0.5 for i in range(n)), lambda: (i ** 2 for i in range(n)),
               lambda: [1, 2, 3], lambda: range(n), lambda: (total(range(i)) for i in range(n)), lambda: (1 << 70 for i in range(3))]
    return [total(source()) for source in sources for k in range(3)]


for times in range(4):
    results = [lifetimes(6), stacks_seen(5), back_of_frame(6), deep(40), early_end(12), list(consumes_itself(6)), errors(7), starts(9),
               extends(5), in_threads(12), one_place(15)]
for result in results:
    print(result)
for times in range(3):
    result = traced(20)
print(result)
for times in range(3):
    result = profiled(4)
print(result)
print(too_deep(), too_deep())
