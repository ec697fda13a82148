"""Dicts and sets in hot loops: look-ups that are done once, keys that cannot be looked up quietly, changes midway."""


def count(words):
    counts = {}
    for word in words:
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1
    return counts


def gets(keys):
    counts = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return counts


def values_of_other_kinds(n):
    d = {}
    for i in range(n):
        k = i % 7
        d[k] = i if i % 3 else [i]
        if i % 11 == 0:
            d[k] = str(i)
        if i % 13 == 0:
            del d[k]
    return sorted(d.items())


def default_lists(n):
    d = {}
    for i in range(n):
        d.setdefault(i % 5, []).append(i)
    return {k: sum(v) for k, v in d.items()}


def pops(n):
    d, total = {}, 0
    for i in range(n):
        d[i] = i
        total += d.pop(i - 3, 0)
        if i - 5 in d:
            total += 1000000
    return total, len(d)


def key_errors(n):
    d, errors = {i: i for i in range(0, n, 2)}, 0
    for i in range(n):
        try:
            errors += d[i] * 0
        except KeyError as e:
            errors += e.args[0] == i
    return errors


class Loud:
    log = []

    def __init__(self, n):
        self.n = n

    def __hash__(self):
        Loud.log.append(("hash", self.n))
        return self.n % 4

    def __eq__(self, other):
        Loud.log.append(("eq", self.n))
        return isinstance(other, Loud) and self.n == other.n


def loud_keys(n):
    d = {}
    for i in range(n):
        key = Loud(i % 9) if i > n // 2 else i % 9
        d[key] = d.get(key, 0) + 1
    Loud.log.clear()
    hits = 0
    for i in range(40):
        hits += d.get(i % 5, 0)
        hits += i % 5 in d
    return hits, len(d), len(Loud.log) > 0, Loud.log[:3]


class Plain:
    pass


def identities(n):
    objects = [Plain() for _ in range(6)]
    seen, total = {}, 0
    for i in range(n):
        o = objects[i % 6]
        if i == n // 2:
            Plain.__eq__ = lambda a, b: True
            Plain.__hash__ = lambda a: 1
            seen = {}
        total += o in seen
        seen[o] = i
    del Plain.__eq__, Plain.__hash__
    return total, len(seen)


def tuples(n):
    cells, total = {}, 0
    for i in range(n):
        x, y = i % 5, i % 3
        cell = (x - 1, y + 1)
        cells[cell] = cells.get(cell, 0) + 1
        if (x, (y, "z")) in cells:
            total += 1
        elif i % 7 == 0:
            cells[x, (y, "z")] = 2.5
    return total, sorted(cells.items(), key=str)


def sets(n):
    seen, out, twice = set(), [], 0
    for i in range(n):
        k = i * 7919 % 101
        if k in seen:
            twice += 1
            seen.discard(k)
        else:
            seen.add(k)
        if i % 50 == 0:
            seen.add((k, "t"))
        if i % 60 == 0 and k in seen:
            seen.remove(k)
    try:
        for i in range(200):
            seen.remove(i)
    except KeyError as e:
        out.append(e.args)
    return twice, len(seen), out, (3 in seen, (0, "t") in seen)


def unhashable(n):
    s, failures = {1, 2}, []
    for i in range(n):
        try:
            if i == n - 2:
                s.add([])
            elif i == n - 1:
                {}[{}] = 1
            s.add(i % 4)
        except TypeError as e:
            failures.append(str(e))
    return s, failures


class Watchful(dict):
    def __missing__(self, key):
        return key * 2

    def __getitem__(self, key):
        return -1 if key == 3 else super().__getitem__(key)


def subclasses(n):
    total = 0
    for i in range(n):
        d = {i % 4: 1} if i < n // 2 else Watchful({i % 4: 1})
        total = total * 3 % 1000003 + d[i % 4]
    return total


class Dropped:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        Dropped.log.append(self.name)


def finalisers(n):
    d = {}
    for i in range(n):
        d["k"] = Dropped(i)
        d[i % 3] = d["k"]
        if i % 5 == 0:
            del d["k"]
        if i % 7 == 0:
            d.pop(i % 3)
    log = list(Dropped.log)
    d.clear()
    return log, Dropped.log[len(log):]


def changes_while_iterating(n):
    out = []
    for i in range(n):
        d = {k: k for k in range(10)}
        try:
            for k in d:
                if k == 5 and i == n - 1:
                    d[100] = 1
                if k == 7 and i == n - 2:
                    del d[0]
        except RuntimeError as e:
            out.append(str(e))
    return out


def one_and_true(n):
    d = {1: "int", "1": "str"}
    out = []
    for i in range(n):
        key = (1, True, 1.0, "1", 1 + 0j)[i % 5 if i > n // 2 else 0]
        out.append(d[key])
    return out[-10:]


G = {"a": 1}


def module_values(n):
    g = globals()
    for i in range(n):
        g["counter"] = i
        if g["counter"] != i or counter != i:
            return "stale"
    return counter


print(sorted(count(["w%d" % (i * i % 23) for i in range(3000)]).items()))
print(sorted(gets([i * i % 23 for i in range(3000)]).items()))
print(sorted(gets(["k%d" % (i % 7) if i > 1000 else i % 5 for i in range(3000)]).items(), key=str))
print(values_of_other_kinds(2000))
print(default_lists(2000))
print(pops(2000))
print(key_errors(500))
print(loud_keys(500))
print(identities(400))
print(tuples(2000))
print(sets(3000))
print(unhashable(300))
print(subclasses(600))
print(finalisers(60))
print(changes_while_iterating(200))
print(one_and_true(400))
print(module_values(500))
