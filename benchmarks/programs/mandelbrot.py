"""Mandelbrot set with floats, rows as bytearrays."""


def row(y, size, limit):
    line = bytearray(size)
    ci = 2.0 * y / size - 1.0
    for x in range(size):
        cr = 2.0 * x / size - 1.5
        zr = zi = 0.0
        n = 0
        while n < limit:
            zr2 = zr * zr
            zi2 = zi * zi
            if zr2 + zi2 > 4.0:
                break
            zi = 2.0 * zr * zi + ci
            zr = zr2 - zi2 + cr
            n += 1
        line[x] = n & 255
    return line


def run(size=220, limit=100):
    total = 0
    for y in range(size):
        total = (total * 31 + sum(row(y, size, limit))) % 1000000007
    return total


if __name__ == "__main__":
    print(run())
