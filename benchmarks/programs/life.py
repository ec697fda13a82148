"""Game of Life on a set of coordinate pairs."""


def step(alive):
    counts = {}
    for x, y in alive:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    cell = (x + dx, y + dy)
                    counts[cell] = counts.get(cell, 0) + 1
    return {cell for cell, count in counts.items() if count == 3 or count == 2 and cell in alive}


def run(generations=500):
    alive = {(1, 0), (3, 1), (0, 2), (1, 2), (4, 2), (5, 2), (6, 2)}  # acorn
    for _ in range(generations):
        alive = step(alive)
    return len(alive), sum(x * 31 + y for x, y in alive)


if __name__ == "__main__":
    print(run())
