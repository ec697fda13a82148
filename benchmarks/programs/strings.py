"""String building: concatenation, join, formatting, slicing, replacing."""


def run(n=90_000):
    parts = []
    text = ""
    for i in range(n):
        parts.append("%d:%s" % (i, "abc"[i % 3]))
        parts.append(f"<{i * 3:x}|{i % 17:>3}>")
        text += "xyz"[i % 3]
        if i % 100 == 99:
            parts.append(text.upper())
            text = text[-10:]
    whole = ",".join(parts)
    pieces = whole.split(",")
    total = 0
    for piece in pieces:
        if piece.startswith("<"):
            total += len(piece.strip("<>"))
        elif piece.endswith("a"):
            total += piece.find(":")
        else:
            total += len(piece.replace(":", "--"))
    back = "".join(reversed(whole))
    return len(whole), total, back[:20], whole.count("b")


if __name__ == "__main__":
    print(run())
