# warnings.warn in functions that were inlined: the positions are those of the calls.
import warnings


def here(i):
    warnings.warn('hey')


def caller(i):
    warnings.warn('hey', stacklevel=2)


def go(n):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter('always')
        for i in range(n):
            here(i)
            caller(i)
        return sorted({(str(w.message), w.lineno) for w in seen}), len(seen)


print(go(100))
