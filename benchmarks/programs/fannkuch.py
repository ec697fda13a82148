"""Fannkuch: flips of all permutations; list slices and index arithmetic."""


def fannkuch(n):
    perm1 = list(range(n))
    count = [0] * n
    max_flips = 0
    checksum = 0
    r = n
    sign = 1
    while True:
        if perm1[0]:
            perm = perm1[:]
            flips = 0
            first = perm[0]
            while first:
                perm[:first + 1] = perm[first::-1]
                flips += 1
                first = perm[0]
            if flips > max_flips:
                max_flips = flips
            checksum += sign * flips
        if sign == 1:
            perm1[0], perm1[1] = perm1[1], perm1[0]
            sign = -1
        else:
            perm1[1], perm1[2] = perm1[2], perm1[1]
            sign = 1
            r = 2
            while r < n:
                count[r] += 1
                if count[r] <= r:
                    break
                count[r] = 0
                if r == n - 1:
                    return checksum, max_flips
                first = perm1[0]
                for i in range(r + 1):
                    perm1[i] = perm1[i + 1]
                perm1[r + 1] = first
                r += 1


def run(n=9):
    return fannkuch(n)


if __name__ == "__main__":
    print(run())
