"""A simulation over dataclasses: particles in a box, with collisions counted per cell."""
from dataclasses import dataclass, field


@dataclass
class Particle:
    x: float
    y: float
    dx: float
    dy: float
    bounces: int = 0

    def move(self, dt, width, height):
        self.x += self.dx * dt
        self.y += self.dy * dt
        if self.x < 0 or self.x > width:
            self.dx = -self.dx
            self.bounces += 1
        if self.y < 0 or self.y > height:
            self.dy = -self.dy
            self.bounces += 1

    def cell(self):
        return int(self.x) // 10, int(self.y) // 10


@dataclass(frozen=True)
class Settings:
    width: float = 100.0
    height: float = 80.0
    dt: float = 0.1


@dataclass
class World:
    settings: Settings
    particles: list = field(default_factory=list)
    crowded: int = 0

    def step(self):
        settings = self.settings
        cells = {}
        for particle in self.particles:
            particle.move(settings.dt, settings.width, settings.height)
            cell = particle.cell()
            cells[cell] = cells.get(cell, 0) + 1
        self.crowded += sum(1 for count in cells.values() if count > 5)


def run(count=300, steps=1000):
    world = World(Settings())
    for i in range(count):
        world.particles.append(Particle(i * 7 % 100, i * 13 % 80, (i % 11 - 5) * 1.5, (i % 7 - 3) * 2.5))
    for _ in range(steps):
        world.step()
    return world.crowded, sum(p.bounces for p in world.particles), repr(world.particles[3])


if __name__ == "__main__":
    print(run())
