"""Exceptions that the runtime raises under native code, caught inside the loop; every few iterations, or all the time."""
import sys


def describe(e):
    tb, lines = e.__traceback__, []
    while tb is not None:
        lines.append((tb.tb_frame.f_code.co_name, tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno))
        tb = tb.tb_next
    context = e.__context__ and (type(e.__context__).__name__, e.__context__.args)
    return type(e).__name__, e.args, lines, context


def missing_key(n):
    d, hits, misses = {"a": 1}, 0, 0
    for i in range(n):
        try:
            hits += d["b" if i & 1 else "a"]
        except KeyError:
            misses += 1
    return hits, misses


def missing_key_named(n):
    d, names = {i: i for i in range(0, n, 2)}, []
    for i in range(n):
        try:
            d[i]
        except KeyError as e:
            names.append(e.args[0])
            if i > n - 3:
                names.append(describe(e))
    return names[-3:], len(names)


def lookup(d, key):
    return d[key]


def missing_in_callee(n):
    d, misses = {"x": 0}, 0
    for i in range(n):
        try:
            lookup(d, "x" if i % 3 else i)
        except KeyError as e:
            misses += e.args[0]
            if i > n - 4:
                print(describe(e))
    return misses


def numbers(n):
    bad, total = 0, 0
    for i in range(n):
        try:
            total += int("7" if i % 4 else "seven")
        except ValueError as e:
            bad += 1
            if i > n - 5:
                print(describe(e))
    return bad, total


def zero(n):
    bad, total = 0, 0
    for i in range(n):
        try:
            total += 100 // (i % 5)
            total += 100 % (i % 3)
            total += 1.5 / (i % 7)
        except ZeroDivisionError as e:
            bad += len(e.args[0])
    return bad, total


def beyond(n):
    items, bad, total = [1, 2, 3], 0, 0
    for i in range(n):
        try:
            total += items[i % 5]
        except IndexError as e:
            bad += 1
            if i > n - 5:
                print(describe(e))
    return bad, total


class Sparse:
    def __init__(self, i):
        if i % 3:
            self.there = i

    def get(self):
        return self.there


def no_attribute(n):
    bad, total = 0, 0
    for i in range(n):
        s = Sparse(i)
        try:
            total += s.there
            total += s.get()
        except AttributeError as e:
            bad += e.name == "there" and e.obj is s
    return bad, total


def all_the_time(n):
    bad = 0
    for i in range(n):
        try:
            int("x")
        except ValueError:
            bad += 1
    return bad


def stops(n):
    ends, total = 0, 0
    for i in range(n):
        it = iter((i, i + 1))
        try:
            while True:
                total += next(it)
        except StopIteration:
            ends += 1
    return ends, total


def wrong_types(n):
    bad = 0
    for i in range(n):
        try:
            "a" + (i if i % 3 == 0 else "b")
            len(i if i % 3 == 1 else "b")
        except TypeError as e:
            bad += len(str(e))
    return bad


def in_handler(n):
    chain = 0
    for i in range(n):
        try:
            try:
                raise ValueError(i)
            except ValueError:
                [][i]
        except IndexError as e:
            chain += e.__context__.args[0] == i
            if i == n - 1:
                print(describe(e))
    return chain


def through_helper(n):
    def bad_key(k):
        if k % 2:
            raise OverflowError(k)
        return -k
    caught = 0
    for i in range(n):
        try:
            sorted([i, i + 2], key=bad_key)
        except OverflowError as e:
            caught += 1
            if i > n - 3:
                print(describe(e))
    return caught


def unpacking(n):
    bad = 0
    for i in range(n):
        try:
            a, b = (i,) * (1 + i % 3)
        except ValueError as e:
            bad += len(str(e))
    return bad


def unbound(n):
    bad = 0
    for i in range(n):
        try:
            if i % 2:
                value = i
            value
            del value
        except UnboundLocalError as e:
            bad += "value" in str(e)
    return bad


def finally_after_helper(n):
    order = []
    for i in range(n):
        try:
            try:
                order.append({0: "zero"}[i % 2])
            finally:
                order.append("finally")
        except KeyError as e:
            order.append(e.args)
    return order[-5:], len(order)


def recursing(n):
    def down(k):
        return down(k + 1)
    caught = 0
    for i in range(n):
        try:
            down(0)
        except RecursionError as e:
            caught += "recursion" in str(e)
    return caught


def handled_is_restored(n):
    seen = 0
    for i in range(n):
        try:
            d = {}
            try:
                d[i]
            except KeyError:
                seen += sys.exc_info()[0] is KeyError
                try:
                    int("no")
                except ValueError:
                    seen += sys.exc_info()[0] is ValueError
                seen += sys.exc_info()[0] is KeyError
            seen += sys.exc_info()[0] is None
        except Exception as e:
            print("not expected", e)
    return seen


for run in range(3):
    for function in (missing_key, missing_key_named, missing_in_callee, numbers, zero, beyond, no_attribute, all_the_time,
                     stops, wrong_types, in_handler, through_helper, unpacking, unbound, finally_after_helper,
                     handled_is_restored):
        print(function.__name__, function(60))
print(recursing(5))
