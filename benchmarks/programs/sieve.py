"""Prime sieve: odd numbers only, in a list of ints up to 10,000,000, struck out with a while loop."""


def sieve(limit):
    half = limit // 2
    flags = [1] * half
    flags[0] = 0
    i = 1
    while True:
        number = 2 * i + 1
        square = number * number
        if square >= limit:
            break
        if flags[i]:
            j = square // 2
            while j < half:
                flags[j] = 0
                j += number
        i += 1
    count = 1
    i = 0
    while i < half:
        count += flags[i]
        i += 1
    return count


def run():
    return sieve(10_000_000)


if __name__ == "__main__":
    print(run())
