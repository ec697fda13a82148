"""Generators that run inside of traces (record_generator.c): for loops over them, pipelines, yield from; what others see of
a generator between two iterations; exceptions, close, finalisers; and generators that builtins consume."""
import gc
import sys
import weakref


def numbers(n):
    i = 0
    while i < n:
        yield i
        i += 1


def squares(items):
    for item in items:
        yield item * item


def odd_only(items):
    for item in items:
        if item & 1:
            yield item


def pairs(items):
    iterator = iter(items)
    for first in iterator:
        for second in iterator:
            yield first, second
            break


def chained(n):
    yield from pairs(odd_only(squares(numbers(n))))


def pipelines(n):
    total = 0
    for a, b in chained(n):
        total += b - a
    return total, sum(x for x in odd_only(numbers(n)))


# --- values of all kinds ---

def kinds(n):
    x, text, items = 0.5, "", []
    for i in range(n):
        x *= 1.25
        text = text + "a" if len(text) < 5 else "b"
        items = [i, *items[:2]]
        yield x
        yield text
        yield items
        yield (i, x)
        yield None
        yield i % 3 == 0
        yield 1 << i


def consume_kinds(n):
    seen = []
    for v in kinds(n):
        if type(v) is list:
            seen.append(list(v))
        else:
            seen.append(v)
    return seen[-21:]


def changes_type(n):
    v = 0
    for i in range(n):
        yield v
        v = v + 1 if i % 3 else v + 0.5 if i % 2 else str(v)[:2] == "1" and 3


def unbound(n):
    for i in range(n):
        if i == n - 3:
            value = i
        if i >= n - 2:
            yield value
        else:
            yield i
            if i == n - 4:
                extra = 1
                del extra


# --- the end, and exits in the middle ---

def broken_off(n):
    total = 0
    for i in numbers(n):
        if i > n // 2:
            break
        total += i
    for i in numbers(3):
        total += i
    return total


def returns_value(n):
    for i in range(n):
        yield i
    return "end %d" % n


def delegates(n):
    first = yield from returns_value(n)
    yield first
    second = yield from [1, 2, 3]
    yield second
    third = yield from range(n)
    yield third


def delegates_often(n):
    def body(items):
        yield from items
        yield from (1, 2)
        got = yield from range(len(items) % 4)
        yield got
        for part in items[:2]:
            yield from [part] * 2
        yield from {"k": part, "l": 1}
        yield from "ab"
        yield from {5}
        yield from zip(items, items[:1])
    total = []
    for k in range(n):
        for v in body([k, k + 1, k * 2][:k % 3 + 1]):
            total.append(v)
    changing = {1: 1}
    try:
        for k, v in enumerate(body(changing)):
            if k == 0:
                changing[2] = 2
    except (RuntimeError, TypeError) as error:
        total.append(str(error))
    return total[-40:]


def fails(n):
    for i in range(n):
        if i == 17:
            raise ValueError("seventeen", i)
        yield i


def meets_failure(n):
    total = 0
    try:
        for i in fails(n):
            total += i
    except ValueError as error:
        names = []
        trace = error.__traceback__
        while trace:
            names.append((trace.tb_frame.f_code.co_name, trace.tb_lineno - trace.tb_frame.f_code.co_firstlineno))
            trace = trace.tb_next
        return total, error.args, names
    return total


def stops_itself(n):
    for i in range(n):
        if i == 19:
            raise StopIteration(i)
        yield i


def meets_stop(n):
    total = 0
    try:
        for i in stops_itself(n):
            total += i
    except RuntimeError as error:
        return total, str(error), repr(error.__cause__)
    return total


def catches_inside(n):
    for i in range(n):
        try:
            yield 100 // (i % 5)
        except ZeroDivisionError as error:
            yield str(error)
        finally:
            yield -i


def yields_in_handler(n):
    for i in range(n):
        try:
            raise KeyError(i)
        except KeyError as error:
            yield error.args[0], sys.exc_info()[1] is error


def outer_handler(n):
    total = []
    for k in range(6):
        try:
            raise TypeError(k)
        except TypeError as error:
            for a, b in yields_in_handler(n):
                total.append((a, b, sys.exc_info()[1] is error))
    return total[-5:]


def raises_with_context(n):
    def inner(n):
        for i in range(n):
            if i == 12:
                raise IndexError(i)
            yield i
    contexts = []
    for k in range(8):
        try:
            raise TypeError(k)
        except TypeError:
            try:
                for i in inner(20):
                    pass
            except IndexError as error:
                contexts.append((repr(error), repr(error.__context__)))
    return contexts


# --- others look at it ---

def looked_at(n):
    g = numbers(n)
    seen = []
    for i in g:
        if i % 7 == 3:
            seen.append((g.gi_running, g.gi_suspended, dict(g.gi_frame.f_locals), g.gi_frame.f_lineno - g.gi_code.co_firstlineno))
        if i % 11 == 5:
            seen.append(next(g))
    seen.append((g.gi_running, g.gi_suspended, g.gi_frame))
    return seen


def sent_to(n):
    def echo(n):
        got = None
        for i in range(n):
            got = yield got or i
    g = echo(n)
    seen = []
    for v in g:
        seen.append(v)
        if v % 5 == 2:
            try:
                seen.append(g.send(v * 100 + 1))
            except StopIteration:
                seen.append("stop")
    return seen


def closed_inside(n):
    log = []

    def body(n):
        try:
            for i in range(n):
                yield i
        except GeneratorExit:
            log.append("exit")
            raise
        finally:
            log.append("finally")
    for limit in range(n):
        g = body(n)
        for i in g:
            if i == limit:
                g.close()
    return log[-6:], len(log)


def thrown_into(n):
    def body(n):
        i = 0
        while i < n:
            try:
                yield i
            except LookupError as error:
                yield repr(error)
            i += 1
    g = body(n)
    seen = []
    for v in g:
        if v == 20:
            seen.append(g.throw(KeyError("k")))
        seen.append(v)
    return seen[-12:]


def resumes_itself(n):
    holder = []

    def body(n):
        for i in range(n):
            if i == 15:
                try:
                    next(holder[0])
                except ValueError as error:
                    yield str(error)
            yield i
    holder.append(body(n))
    return [v for v in holder[0]][-8:]


def running_inside(n):
    holder = []

    def state(i):
        return holder[0].gi_running, holder[0].gi_suspended, i

    def body(n):
        for i in range(n):
            yield state(i)
    g = body(n)
    holder.append(g)
    seen = None
    for v in g:
        seen = v
    return seen


# --- when things die ---

class Loud:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        self.log.append(self.name)


def holds(n):
    keep = Loud("keep")
    for i in range(n):
        item = Loud(i)
        yield item.name
    del keep


def deaths(n):
    Loud.log.clear()
    seen = []
    for name in holds(n):
        seen.append((name, len(Loud.log)))
    return seen[-3:], Loud.log[-4:], len(Loud.log)


def death_of_generator(n):
    Loud.log.clear()
    order = []
    for k in range(n):
        for name in holds(5):
            if name == 2:
                break
        order.append(list(Loud.log[-3:]))
    return order[-2:]


def weakly_known(n):
    refs = []
    total = 0
    for k in range(n):
        g = numbers(k)
        refs.append(weakref.ref(g))
        for i in g:
            total += i
        del g
        refs = [r for r in refs if r()]
    return total, refs


def collected(n):
    count = 0
    for k in range(n):
        cycle = []

        def body():
            for i in range(5):
                yield i, len(cycle)
        g = body()
        cycle.append(g)
        for i, length in g:
            count += i + length
            if k % 10 == 3 and i == 3:
                gc.collect(0)
    return count


# --- recursion, shared code, closures ---

class Tree:
    def __init__(self, depth, value):
        self.value = value
        self.left = Tree(depth - 1, 2 * value) if depth else None
        self.right = Tree(depth - 1, 2 * value + 1) if depth else None

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


def walk_tree(n):
    tree = Tree(5, 1)
    total = 0
    for k in range(n):
        for i, v in enumerate(tree):
            total += i * v
    for v in tree:
        total ^= v
    return total


def permutations(items):
    if len(items) <= 1:
        yield items
        return
    for i in range(len(items)):
        for rest in permutations(items[:i] + items[i + 1:]):
            yield [items[i]] + rest


def all_permutations(n):
    count = 0
    last = None
    for p in permutations(list(range(n))):
        count += p[0]
        last = p
    return count, last


def same_code_twice(n):
    total = 0
    for a in numbers(n):
        for b in numbers(a % 5):
            total += a * b
    one, two = numbers(n), numbers(n)
    for a in one:
        total += a * next(two) - next(two, 0) if a % 2 else 1
    shared = numbers(n)
    for a, b in zip(shared, shared):
        total += a * b
    twice = squares(numbers(n))
    for a in twice:
        for b in twice:
            total += b - a
            break
    return total


def captured(n):
    total = 0
    offset = 3

    def body():
        nonlocal total
        for i in range(n):
            total += i
            yield i + offset
    result = 0
    for v in body():
        offset = v % 4
        result += v + total
    return result, total


def yields_in_calls(n):
    def body(n):
        log = []
        for i in range(n):
            log.append((yield i))
            print_less = max(i, (yield i + 1) or 3, *((yield i + 2) or (1,)))
            yield from (print_less for k in range(2))
            yield str((yield from returns_value(2))).upper()
        yield len(log)
    return [v for v in body(n)][-9:]


def methods(n):
    class Source:
        def __init__(self, n):
            self.n, self.given = n, 0

        def items(self):
            while self.given < self.n:
                self.given += 1
                yield self.given

        def __iter__(self):
            return (v * 2 for v in self.items())
    source = Source(n)
    total = 0
    for v in source:
        total += v * source.given
    return total


def sparse(n):
    def multiples(n, k):
        for i in range(n):
            if i % k == 0:
                yield i
    total = 0
    for i in multiples(n * 20, 17):
        total += i
    return total


def polymorphic(n):
    sources = [lambda: numbers(n), lambda: squares(range(n)), lambda: (x for x in range(n)), lambda: odd_only(range(n)),
               lambda: iter(range(n)), lambda: iter([1, 2, 3] * (n // 3))]

    def consume(items):
        total = 0
        for item in items:
            total = total * 3 % 1000003 + item
        return total
    return [consume(source()) for source in sources for _ in range(6)]


def with_inside(n):
    class Manager:
        depth = 0

        def __enter__(self):
            Manager.depth += 1
            return Manager.depth

        def __exit__(self, *args):
            Manager.depth -= 1

    def body(n):
        with Manager() as depth:
            for i in range(n):
                with Manager() as inner:
                    yield i + depth + inner
    return sum(v for v in body(n)), Manager.depth


def nested_loops(n):
    def grid(n):
        for i in range(n):
            for j in range(n):
                yield i, j
    total = 0
    for i, j in grid(n):
        total = (total * 7 + i * j) % 999983
    return total


# --- what is called from a body sees it, on all paths ---

def callers():
    frame, names = sys._getframe(1), []
    while frame and len(names) < 4:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names


def branches_after_calls(n):
    def inner(n):
        for i in range(n):
            names = callers()
            if i % 3 == 1:
                yield len(names), names[0]
            elif i % 5 == 2:
                yield names[1], i
            else:
                yield callers()[2], 1

    def outer(n):
        for a, b in inner(n):
            if b == 1 and callers()[0] == "outer":
                yield a
            else:
                yield b
    seen = []
    for v in outer(n):
        seen.append((v, callers()[0]))
        if len(seen) % 4 == 3:
            seen.append(callers()[:2])
    return seen[-12:], callers()[:2]


# --- builtins that consume ---

def builtins_consume(n):
    results = []
    for k in range(n):
        values = [k * j % 17 - 4 for j in range(k % 13 + 1)]
        results.append((
            sum(v for v in values), sum((v for v in values), 100), sum((v * 0.5 for v in values), 0.25),
            sum(([v] for v in values), []), any(v > 9 for v in values), all(v > -4 for v in values),
            min(v * v for v in values), max(v - k for v in values), min((v for v in values if v > 99), default=None),
            max((v for v in values), key=abs), list(v + 1 for v in values), tuple(v + 2 for v in values),
            "".join(str(v) for v in values), b"".join(bytes([v + 10]) for v in values), sorted(-v for v in values),
            sorted(set(v // 2 for v in values)), dict((v, v * v) for v in values), len(frozenset(v & 1 for v in values)),
            dict(zip((v for v in values), (v * 3 for v in values)))))
    return hash(str(results)) != 0, results[-1], len(results)


def builtins_fail(n):
    def failing(k):
        for i in range(k):
            yield i
        raise OverflowError(k)
    log = []
    for k in range(n):
        for function in (sum, any, all, min, max, list, tuple, sorted, set):
            try:
                function(v * 0 for v in failing(k % 4 + 1))
            except OverflowError as error:
                trace, names = error.__traceback__, []
                while trace:
                    names.append(trace.tb_frame.f_code.co_name)
                    trace = trace.tb_next
                log.append((function.__name__, error.args, names))
            else:
                log.append(function.__name__)
        for function in (sum, min, "".join):
            try:
                function(v for v in (1, "a", None, 2.5))
            except TypeError as error:
                log.append(str(error))
        try:
            sum((v for v in "ab"), "")
        except TypeError as error:
            log.append(str(error))
        try:
            max(v for v in ())
        except ValueError as error:
            log.append(str(error))
    return log[-14:]


for function, n in [(pipelines, 400), (consume_kinds, 60), (broken_off, 100), (meets_failure, 40), (meets_stop, 40), (outer_handler, 9),
                    (raises_with_context, 5), (looked_at, 60), (sent_to, 60), (closed_inside, 12), (thrown_into, 40), (resumes_itself, 40),
                    (running_inside, 40), (deaths, 30), (death_of_generator, 20), (weakly_known, 30), (collected, 60), (walk_tree, 12),
                    (all_permutations, 5), (same_code_twice, 40), (captured, 50), (delegates_often, 20), (yields_in_calls, 30), (methods, 60), (sparse, 40), (polymorphic, 30),
                    (with_inside, 40), (nested_loops, 12), (branches_after_calls, 60), (builtins_consume, 40), (builtins_fail, 6)]:
    for times in range(4):
        result = function(n)
    print(function.__name__, result)
for function, n in [(changes_type, 40), (unbound, 30), (returns_value, 30), (delegates, 20), (catches_inside, 15), (yields_in_handler, 20)]:
    for times in range(4):
        collected_values = []
        for v in function(n):
            collected_values.append(v)
    print(function.__name__, collected_values)
