"""Exceptions raised and caught inside traces: handlers in the same frame and in callers, on hot and on cold paths."""
import sys
import traceback


class Wide(Exception):
    def __init__(self, value):
        self.value = value
        self.twice = value * 2


class Plain(Exception):
    pass


class Deeper(Plain):
    pass


def same_frame(n):
    caught = 0
    for i in range(n):
        try:
            if i % 3 == 0:
                raise ValueError(i)
            caught += 100
        except ValueError:
            caught += 1
    return caught


def by_class(n):
    caught = 0
    for i in range(n):
        try:
            raise KeyError
        except KeyError:
            caught += i
    return caught


def with_name(n):
    total = 0
    for i in range(n):
        try:
            raise Wide(i)
        except Wide as error:
            total += error.value + error.twice
    try:
        error
    except NameError as e:
        print(type(e).__name__, e)
    return total


def check(i):
    if i % 2:
        raise Plain(i)
    if i % 5 == 0:
        raise Deeper("deeper", i)
    return i


def in_caller(n):
    counts = [0, 0, 0, 0]
    for i in range(n):
        try:
            counts[0] += check(i)
        except Deeper:
            counts[1] += 1
        except (LookupError, Plain):
            counts[2] += 1
        else:
            counts[3] += 1
    return counts


def middle(i, log):
    try:
        return check(i)
    finally:
        log[0] += 1


def through_finally(n):
    log, caught = [0], 0
    for i in range(n):
        try:
            caught += middle(i, log) & 1
        except Plain:
            caught += 1
    return caught, log


def reraised(n):
    caught = 0
    for i in range(n):
        try:
            try:
                raise IndexError(i)
            except IndexError:
                if i & 1:
                    raise
                raise KeyError(i)
        except LookupError as e:
            caught += type(e) is KeyError
    return caught


def nested(n):
    log = []
    for i in range(n):
        try:
            try:
                raise ValueError(i)
            except KeyError:
                log.append("no")
            finally:
                try:
                    raise TypeError(i)
                except TypeError:
                    log.append("t")
        except ValueError as e:
            log.append(e.args[0] & 1)
    return log[:12], len(log)


def return_in_finally(i):
    try:
        raise ValueError(i)
    finally:
        return i


def continue_in_finally(n):
    count = 0
    for i in range(n):
        try:
            raise ValueError(i)
        finally:
            count += return_in_finally(i)
            continue
    return count


def break_in_finally(n):
    count = 0
    for i in range(n):
        while True:
            try:
                if i % 3:
                    raise OSError
                count += 10
            finally:
                count += 1
                break
    return count


def uncaught_at_last(n):
    for i in range(n):
        try:
            if i == n - 1:
                raise RuntimeError("the last", i)
            raise ValueError
        except ValueError:
            pass


class Account:
    def __init__(self, balance):
        if balance < 0:
            raise ValueError("negative")
        self.balance = balance

    @property
    def checked(self):
        if self.balance & 1:
            raise AttributeError("odd")
        return self.balance


def in_init(n):
    good = bad = odd = 0
    for i in range(n):
        try:
            a = Account(i - 20)
            good += a.checked
        except ValueError:
            bad += 1
        except AttributeError:
            odd += 1
    return good, bad, odd


def asserted(n):
    count = 0
    for i in range(n):
        try:
            assert i % 3, "third"
            assert i % 5
        except AssertionError as e:
            count += 1 + len(e.args)
    return count


def loop_in_handler(n):
    total = 0
    try:
        raise ValueError("outer")
    except ValueError as outer:
        for i in range(n):
            try:
                raise KeyError(i)
            except KeyError as inner:
                total += inner.__context__ is outer
                total += sys.exc_info()[1] is inner
        total += sys.exc_info()[1] is outer
    return total, sys.exc_info()


for run in range(3):
    for function in (same_frame, by_class, with_name, in_caller, through_finally, reraised, nested, continue_in_finally,
                     break_in_finally, in_init, asserted, loop_in_handler):
        print(function.__name__, function(60))
    try:
        uncaught_at_last(50)
    except RuntimeError:
        traceback.print_exc(file=sys.stdout)
