"""Sorting with keys, and a quicksort and heap in Python."""


def records(n):
    seed = 99
    out = []
    for i in range(n):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        out.append((seed >> 8 & 1023, "k%d" % (seed >> 12 & 4095), i))
    return out


def quicksort(items, low, high):
    while low < high:
        pivot = items[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while items[i] < pivot:
                i += 1
            while items[j] > pivot:
                j -= 1
            if i <= j:
                items[i], items[j] = items[j], items[i]
                i += 1
                j -= 1
        if j - low < high - i:
            quicksort(items, low, j)
            low = i
        else:
            quicksort(items, i, high)
            high = j


def heapsort(items):
    n = len(items)
    for start in range(n // 2 - 1, -1, -1):
        sift(items, start, n)
    for end in range(n - 1, 0, -1):
        items[0], items[end] = items[end], items[0]
        sift(items, 0, end)


def sift(items, root, end):
    while True:
        child = 2 * root + 1
        if child >= end:
            return
        if child + 1 < end and items[child] < items[child + 1]:
            child += 1
        if items[root] >= items[child]:
            return
        items[root], items[child] = items[child], items[root]
        root = child


def run(n=60_000):
    data = records(n)
    by_name = sorted(data, key=lambda r: r[1])
    by_both = sorted(data, key=lambda r: (r[0], -r[2]), reverse=True)
    numbers = [r[0] * 1000 + r[2] for r in data]
    quick = numbers[:]
    quicksort(quick, 0, len(quick) - 1)
    heap = numbers[:]
    heapsort(heap)
    return by_name[0], by_both[0], quick == heap == sorted(numbers), quick[n // 2]


if __name__ == "__main__":
    print(run())
