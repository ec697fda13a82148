# Pyflakes on files of the standard library.
import pyflakes.api
import pyflakes.reporter
import sys

reporter = pyflakes.reporter.Reporter(sys.stdout, sys.stdout)
for name in ("bisect", "textwrap", "ast", "tempfile", "argparse", "json/decoder", "this", "typing"):
    path = f"/usr/lib/python3.11/{name}.py"
    print(name, pyflakes.api.checkPath(path, reporter))
print(pyflakes.api.check("import os\ndef f(:\n", "bad.py", reporter))
