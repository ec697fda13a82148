"""Makes a program smaller while it stays interesting: delta debugging over the statements of its syntax tree."""
import ast


def bodies(tree):
    """Every list of statements in the tree."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            statements = getattr(node, field, None)
            if isinstance(statements, list) and statements:
                yield node, field, statements


def source(tree):
    try:
        return ast.unparse(ast.fix_missing_locations(tree))
    except Exception:
        return None


class Minimiser:
    def __init__(self, text, is_interesting):
        self.tree = ast.parse(text)
        self.is_interesting = is_interesting
        self.text = source(self.tree)

    def still(self):
        text = source(self.tree)
        if text is None or not self.is_interesting(text):
            return False
        self.text = text
        return True

    def replace(self, statements, new):
        """Puts `new` in the place of the statements; takes it back unless the program stays interesting."""
        old = statements[:]
        statements[:] = new
        if self.still():
            return True
        statements[:] = old
        return False

    def shorten(self, node, field, statements):
        changed = False
        size = len(statements)
        while size >= 1:
            start = 0
            while start < len(statements):
                rest = statements[:start] + statements[start + size:]
                if not rest and field == "body":
                    rest = [ast.Pass()]
                if ast.dump(ast.Module(rest, [])) != ast.dump(ast.Module(statements, [])) and self.replace(statements, rest):
                    changed = True
                else:
                    start += size
            size //= 2
        return changed

    def hoist(self, statements):
        """A compound statement becomes its own body."""
        changed = False
        for i, statement in enumerate(statements):
            inner = getattr(statement, "body", None)
            if isinstance(inner, list) and not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                if self.replace(statements, statements[:i] + inner + statements[i + 1:]):
                    return True
        return changed

    def simplify_expressions(self):
        """An expression becomes one of its own parts, or a small constant."""
        changed = False
        for node in list(ast.walk(self.tree)):
            for field, value in ast.iter_fields(node):
                if isinstance(value, ast.expr) and not isinstance(value, (ast.Constant, ast.Name)):
                    changed |= self.simplify_field(node, field, value)
        return changed

    def simplify_field(self, node, field, value):
        parts = [part for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr)]
        for part in parts + [ast.Constant(1)]:
            setattr(node, field, part)
            if self.still():
                return True
            setattr(node, field, value)
        return False

    def run(self):
        if not self.still():
            return self.text
        changed = True
        while changed:
            changed = False
            for node, field, statements in list(bodies(self.tree)):
                changed |= self.shorten(node, field, statements)
            for _, _, statements in list(bodies(self.tree)):
                changed |= self.hoist(statements)
            if not changed:
                changed = self.simplify_expressions()
        return self.text


def minimise(text, is_interesting):
    return Minimiser(text, is_interesting).run()
