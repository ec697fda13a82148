# An inner loop that is hot ends at different points of the outer ones: what an iterator gives where the trace has seen it
# exhausted must not be lost.


def walk(rows):
    seen = []
    for row in rows:
        for a in (1, 2, 3):
            for b in row:
                if a != b:
                    seen.append(a * 10 + b)
    return seen


def pairs(sizes):
    total = count = 0
    for size in sizes:
        for key, value in {k: k * k for k in range(size)}.items():
            for c in "xy"[: key % 3]:
                total += value
                count += 1
    return total, count


def life(generations):
    alive = {(1, 0), (3, 1), (0, 2), (1, 2), (4, 2), (5, 2), (6, 2)}
    for _ in range(generations):
        counts = {}
        for x, y in alive:
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    if dx or dy:
                        cell = (x + dx, y + dy)
                        counts[cell] = counts.get(cell, 0) + 1
        alive = {cell for cell, count in counts.items() if count == 3 or count == 2 and cell in alive}
    return len(alive), sum(x * 31 + y for x, y in alive)


for repeat in range(4):
    rows = [(1, 2, 3), (), (4,), (1, 2), (), (), (3, 3, 3, 3), (2,)] * 5
    seen = walk(rows)
    print(len(seen), sum(seen), seen[:12])
    print(pairs([0, 1, 5, 3, 0, 9, 2, 2, 12, 4] * 4))
    print(life(30))
    rows = [(1,), (1, 2), (2, 3, 4)] * 20
    print(sum(walk(rows)))
