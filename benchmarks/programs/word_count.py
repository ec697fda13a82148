"""Word count over dicts: a generated text is split, counted and ranked."""


def text(n):
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
    seed = 42
    out = []
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        out.append(words[(seed >> 8) % 10] + str((seed >> 16) % 50))
    return " ".join(out)


def count(words):
    counts = {}
    for word in words:
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1
    return counts


def run(n=60_000, rounds=25):
    source = text(n)
    for _ in range(rounds):
        counts = count(source.split())
    letters = {}
    for word, number in counts.items():
        letters[word[0]] = letters.get(word[0], 0) + number
    best = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
    return best, sorted(letters.items())


if __name__ == "__main__":
    print(run())
