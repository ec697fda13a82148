# Subscripts, stores, slices and iteration of the built-in containers in hot loops, errors included.
def lists(n):
    items = list(range(n))
    total = 0
    for i in range(n):
        items[i] = items[i] * 2 + items[-1 - i]
        total += items[i // 2]
    items[10:20] = [0] * 3
    del items[5:15:2]
    items.insert(3, "x")
    items.append(items.pop())
    return total, len(items), items[:12], items[::-50]


def dicts(n):
    d = {}
    for i in range(n):
        d[i % 37] = d.get(i % 37, 0) + i
        d["k%d" % (i % 5)] = i
    total = 0
    for k, v in d.items():
        if k in d and d[k] == v:
            total += v
    for k in list(d):
        if isinstance(k, int) and k % 2:
            del d[k]
    return total, len(d), sorted(map(str, d))[:6]


def tuples(n):
    total = 0
    pair = (1, 2)
    for i in range(n):
        a, b = pair
        pair = (b, a + i)
        total += pair[0] - pair[-1]
        first, *middle, last = (i, a, b, i)
        total += first + last + len(middle)
    return total, hash((1, 2)) == hash((1, 2))


def sets(n):
    seen = set()
    for i in range(n):
        seen.add(i * i % 101)
        if i % 7 in seen:
            seen.discard(i % 7)
    return sorted(seen)[:10], len(seen), sorted(seen & {1, 4, 9}), sorted({1, 2} ^ {2, 3})


def strings(n):
    s = "hello wörld €"
    total = 0
    out = []
    for i in range(n):
        c = s[i % len(s)]
        total += ord(c)
        if c == "o":
            out.append(s[i % 5:i % 5 + 3])
    return total, "".join(out)[:60]


def byte_arrays(n):
    b = bytearray(n)
    for i in range(n):
        b[i] = i & 255
        b[i // 2] ^= b[i]
    return sum(b), bytes(b[:8]), b[-1]


def zips(n):
    total = 0
    for i, (a, b) in enumerate(zip(range(n), "abc" * n)):
        total += i * a + ord(b)
    for a, b in zip([1, 2, 3], (4, 5)):
        total += a * b
    for x in reversed(range(10)):
        total = total * 2 + x
    return total


print(lists(400), dicts(700), tuples(700), sets(600), strings(600), byte_arrays(600), zips(300))


def boom(container, keys):
    out = []
    for _ in range(300):
        for key in keys:
            try:
                out.append(container[key])
            except (IndexError, KeyError, TypeError) as error:
                out.append(f"{type(error).__name__}: {error}")
    return out[:len(keys)], len(out)


print(boom([1, 2, 3], [0, 3, -3, -4, "a", 1.0]))
print(boom((1, 2, 3), [0, 3, -4, None]))
print(boom("abc", [0, 3, -4]))
print(boom({1: 2}, [1, 2, "a"]))
print(boom(range(5), [0, 5, -6]))
print([x * y for x in range(5) if x % 2 for y in range(x)], {x: x * x for x in range(4)}, sorted({x % 3 for x in range(9)}))
d = {1: 1}
try:
    for k in d:
        d[k + 1] = 1
except RuntimeError as error:
    print(error)
