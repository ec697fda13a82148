"""An incremental one-way constraint solver with polymorphic calls: chains of equality, scale and offset constraints."""


class Variable:
    def __init__(self, value):
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.strength = 0


class Constraint:
    def __init__(self, strength, *variables):
        self.strength = strength
        self.variables = variables
        for variable in variables:
            variable.constraints.append(self)

    def output(self):
        raise NotImplementedError

    def execute(self):
        raise NotImplementedError

    def inputs_known(self, known):
        for variable in self.variables:
            if variable is not self.output() and variable not in known:
                return False
        return True


class Stay(Constraint):
    def output(self):
        return self.variables[0]

    def execute(self):
        pass


class Equal(Constraint):
    def output(self):
        return self.variables[1]

    def execute(self):
        self.variables[1].value = self.variables[0].value


class Scale(Constraint):
    def __init__(self, strength, source, target, factor, offset):
        super().__init__(strength, source, target)
        self.factor = factor
        self.offset = offset

    def output(self):
        return self.variables[1]

    def execute(self):
        self.variables[1].value = self.variables[0].value * self.factor + self.offset


class Sum(Constraint):
    def output(self):
        return self.variables[2]

    def execute(self):
        a, b, c = self.variables
        c.value = (a.value + b.value) % 1000003


def plan(start):
    known = {start}
    order = []
    todo = list(start.constraints)
    while todo:
        constraint = todo.pop()
        target = constraint.output()
        if target in known or not constraint.inputs_known(known):
            continue
        known.add(target)
        order.append(constraint)
        todo.extend(target.constraints)
    return order


def run(size=400, rounds=3000):
    first = Variable(1)
    variables = [first]
    for i in range(size):
        previous = variables[-1]
        new = Variable(0)
        kind = i % 4
        if kind == 0:
            Equal(1, previous, new)
        elif kind == 1:
            Scale(1, previous, new, 3, i)
        elif kind == 2:
            Sum(1, variables[0], previous, new)
        else:
            Equal(2, previous, new)
        Stay(0, previous)
        variables.append(new)
    total = 0
    order = plan(first)
    for i in range(rounds):
        first.value = i
        if i % 40 == 0:
            order = plan(first)
        for constraint in order:
            constraint.execute()
        total = (total + variables[-1].value) % 1000000007
    return total, len(order)


if __name__ == "__main__":
    print(run())
