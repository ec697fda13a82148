"""What the oracle (oracle.py) runs in Coachwhip: compiles the files named on stdin and marshals the results.

    dump_code.py OUTPUT OPTIMIZE

Imports as little as possible, so that it works while much of the library does not yet.
"""

import marshal
import sys


def compile_file(path, optimize):
    """(code object, None), or (None, what is wrong)."""
    with open(path, "rb") as file:
        source = file.read()
    try:
        return compile(source, path, "exec", 0, True, optimize), None
    except SyntaxError as error:
        return None, [type(error).__name__, error.msg, error.lineno, error.offset, error.end_lineno, error.end_offset,
                      error.text]
    except Exception as error:
        return None, [type(error).__name__, str(error)]


def main():
    output, optimize = sys.argv[1], int(sys.argv[2])
    with open(output, "wb") as out:
        for path in sys.stdin.read().splitlines():
            record = marshal.dumps(compile_file(path, optimize))
            out.write(len(record).to_bytes(8, "little") + record)


if __name__ == "__main__":
    main()
