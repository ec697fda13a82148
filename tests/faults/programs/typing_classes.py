# dataclasses, enum, generic aliases, unions.
import dataclasses
import enum


@dataclasses.dataclass(order=True)
class P:
    x: int
    y: list = dataclasses.field(default_factory=list)


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


p = [P(i, [i]) for i in range(10)]
q = sorted(p), repr(p[0]), dataclasses.asdict(p[1]), dataclasses.replace(p[2], x=7)
c = Colour(1), Colour["GREEN"], list(Colour), list[int] | None, dict[str, list[int]]
