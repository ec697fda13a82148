# Slices in hot loops: their bounds stay numbers, until something else wants the slice.
class Recorder:
    def __getitem__(self, key):
        return key

    def __setitem__(self, key, value):
        self.last = key, value


def reads(n):
    items, pair, text = list(range(20)), tuple(range(10)), "abcdefghij"
    total = 0
    for i in range(n):
        k = i % 12 - 3
        total += sum(items[k:]) + sum(items[:k]) + sum(items[k:7]) + len(items[::-1]) + len(items[k::-1]) + len(items[::3])
        total += sum(pair[k:k + 3]) + len(pair[::-2]) + len(text[1:k]) + len(text[:-k]) + len(text[k:])
        total += len(text[::2]) + len(text[k:2:-1])
    return total, items[5:2], pair[3:100], text[-3:], text[None:2]


def writes(n):
    items = list(range(10))
    for i in range(n):
        k = i % 5
        items[k:k + 2] = items[k + 1::-1]
        items[:1] = [i, i + 1][:1]
        items[3:3] = (i,)
        items[-1:] = []
        items[k:k + 2] = items[k:k + 2]
    return items


def steps(n):
    items, out = list(range(30)), 0
    for i in range(n):
        for step in (1, 2, -1, -7):
            out += len(items[i % 9::step])
        try:
            items[::i - 50]
        except ValueError as error:
            out += len(str(error))
    return out


def others(n):
    recorder, kept = Recorder(), []
    for i in range(n):
        recorder[i:i + 1] = i
        s = recorder[i:None:2]
        if i % 40 == 0:
            kept.append((s, recorder.last, recorder[i:]))
    return kept


def kinds(values):
    out = []
    for v in values * 30:
        try:
            out.append(len("some text"[v:]))
        except TypeError as error:
            out.append(str(error))
    return out[-9:]


def own_slice(n):
    items = [1, 2, 3]
    for i in range(n):
        items[1:2] = items
        del items[4:]
        items += items[:1]
    return items


class Index:
    def __index__(self):
        return 2


print(reads(100))
print(writes(100))
print(steps(100))
print(others(100))
print(kinds([1, None, -2, Index(), 1.5, 10 ** 30, -10 ** 30, True]))
print(own_slice(60))
