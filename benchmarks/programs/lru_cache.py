"""An LRU cache: a dict and a doubly linked list of slotted nodes."""


class Entry:
    __slots__ = ("key", "value", "previous", "next")

    def __init__(self, key, value):
        self.key = key
        self.value = value
        self.previous = None
        self.next = None


class Cache:
    def __init__(self, capacity):
        self.capacity = capacity
        self.entries = {}
        self.head = Entry(None, None)
        self.tail = Entry(None, None)
        self.head.next = self.tail
        self.tail.previous = self.head
        self.hits = 0

    def _unlink(self, entry):
        entry.previous.next = entry.next
        entry.next.previous = entry.previous

    def _push_front(self, entry):
        entry.next = self.head.next
        entry.previous = self.head
        self.head.next.previous = entry
        self.head.next = entry

    def get(self, key):
        entry = self.entries.get(key)
        if entry is None:
            return None
        self.hits += 1
        self._unlink(entry)
        self._push_front(entry)
        return entry.value

    def put(self, key, value):
        entry = self.entries.get(key)
        if entry is not None:
            entry.value = value
            self._unlink(entry)
            self._push_front(entry)
            return
        if len(self.entries) >= self.capacity:
            last = self.tail.previous
            self._unlink(last)
            del self.entries[last.key]
        entry = Entry(key, value)
        self.entries[key] = entry
        self._push_front(entry)


def run(n=250_000):
    cache = Cache(500)
    seed = 7
    total = 0
    for i in range(n):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        key = (seed >> 10) % 900
        value = cache.get(key)
        if value is None:
            cache.put(key, i)
        else:
            total += value
    return cache.hits, total


if __name__ == "__main__":
    print(run())
