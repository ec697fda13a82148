# Pycodestyle on files of the standard library.
import pycodestyle

style = pycodestyle.StyleGuide(max_line_length=79, show_source=True)
report = style.check_files([f"/usr/lib/python3.11/{name}.py" for name in ("bisect", "heapq", "keyword", "this", "queue")])
print(report.total_errors, sorted(report.counters.items())[:20])
