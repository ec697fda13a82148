"""What CPython's test.support asks of its own test module: are there column positions in code objects?"""


def get_config():
    return {"code_debug_ranges": 1}
