"""Matrix product on lists of lists."""


def make(n, seed):
    return [[float((i * seed + j * 7) % 13) - 6.0 for j in range(n)] for i in range(n)]


def product(a, b):
    n, m, p = len(a), len(b), len(b[0])
    out = []
    for i in range(n):
        row_a = a[i]
        row = [0.0] * p
        for k in range(m):
            factor = row_a[k]
            row_b = b[k]
            for j in range(p):
                row[j] += factor * row_b[j]
        out.append(row)
    return out


def run(n=150):
    a, b = make(n, 3), make(n, 5)
    c = product(product(a, b), a)
    return sum(c[i][i] for i in range(n))


if __name__ == "__main__":
    print(run())
