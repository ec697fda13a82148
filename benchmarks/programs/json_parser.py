"""A JSON parser in pure Python, character by character."""


class Parser:
    def __init__(self, text):
        self.text = text
        self.at = 0

    def skip_space(self):
        text = self.text
        at = self.at
        while at < len(text) and text[at] in " \t\r\n":
            at += 1
        self.at = at

    def value(self):
        self.skip_space()
        c = self.text[self.at]
        if c == "{":
            return self.object()
        if c == "[":
            return self.array()
        if c == '"':
            return self.string()
        if c == "t":
            return self.word("true", True)
        if c == "f":
            return self.word("false", False)
        if c == "n":
            return self.word("null", None)
        return self.number()

    def word(self, text, result):
        if self.text[self.at:self.at + len(text)] != text:
            raise ValueError("bad word at %d" % self.at)
        self.at += len(text)
        return result

    def object(self):
        out = {}
        self.at += 1
        self.skip_space()
        if self.text[self.at] == "}":
            self.at += 1
            return out
        while True:
            self.skip_space()
            key = self.string()
            self.skip_space()
            if self.text[self.at] != ":":
                raise ValueError("expected ':' at %d" % self.at)
            self.at += 1
            out[key] = self.value()
            self.skip_space()
            c = self.text[self.at]
            self.at += 1
            if c == "}":
                return out
            if c != ",":
                raise ValueError("expected ',' at %d" % self.at)

    def array(self):
        out = []
        self.at += 1
        self.skip_space()
        if self.text[self.at] == "]":
            self.at += 1
            return out
        while True:
            out.append(self.value())
            self.skip_space()
            c = self.text[self.at]
            self.at += 1
            if c == "]":
                return out
            if c != ",":
                raise ValueError("expected ',' at %d" % self.at)

    def string(self):
        text = self.text
        at = self.at + 1
        parts = []
        start = at
        while True:
            c = text[at]
            if c == '"':
                parts.append(text[start:at])
                self.at = at + 1
                return "".join(parts)
            if c == "\\":
                parts.append(text[start:at])
                at += 1
                parts.append({"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/"}[text[at]])
                start = at + 1
            at += 1

    def number(self):
        text = self.text
        start = at = self.at
        is_float = False
        while at < len(text):
            c = text[at]
            if "0" <= c <= "9" or c == "-" or c == "+":
                pass
            elif c == "." or c == "e" or c == "E":
                is_float = True
            else:
                break
            at += 1
        self.at = at
        return float(text[start:at]) if is_float else int(text[start:at])


def document(n):
    parts = []
    for i in range(n):
        parts.append('{"id": %d, "name": "item %d \\"x\\"", "price": %.2f, "tags": ["a", "b%d", "c"], '
                     '"nested": {"ok": true, "none": null, "list": [1, 2, 3, -4, 5.5e3]}}' % (i, i, i * 1.25, i % 7))
    return "[" + ",\n ".join(parts) + "]"


def run(n=6000):
    text = document(n)
    items = Parser(text).value()
    return len(items), sum(item["id"] + len(item["name"]) for item in items), sum(item["price"] for item in items)


if __name__ == "__main__":
    print(run())
