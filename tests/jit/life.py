def step(alive):
    counts = {}
    for x, y in alive:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    cell = (x + dx, y + dy)
                    counts[cell] = counts.get(cell, 0) + 1
    return counts
def comp(counts, alive):
    return {cell for cell, count in counts.items() if count == 3 or count == 2 and cell in alive}
a = {(1, 0), (3, 1), (0, 2), (1, 2), (4, 2), (5, 2), (6, 2)}
for k in range(12):
    c = step(a)
    print(k, len(c), sum(c.values()), len(a))
    a = comp(c, a)
