"""A ray tracer: vectors as objects with operators, spheres, shadows, one reflection."""
from math import sqrt


class Vector:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def scale(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def normalized(self):
        return self.scale(1.0 / sqrt(self.dot(self)))

    def reflect(self, normal):
        return self - normal.scale(2.0 * self.dot(normal))


class Ray:
    def __init__(self, origin, direction):
        self.origin = origin
        self.direction = direction


class Sphere:
    def __init__(self, center, radius, color, mirror):
        self.center = center
        self.radius = radius
        self.color = color
        self.mirror = mirror

    def intersect(self, ray):
        to_center = self.center - ray.origin
        along = to_center.dot(ray.direction)
        discriminant = self.radius * self.radius - to_center.dot(to_center) + along * along
        if discriminant < 0:
            return None
        distance = along - sqrt(discriminant)
        return distance if distance > 1e-6 else None

    def normal_at(self, point):
        return (point - self.center).normalized()


class Plane:
    def __init__(self, height, color):
        self.height = height
        self.color = color
        self.mirror = 0.1

    def intersect(self, ray):
        if abs(ray.direction.y) < 1e-9:
            return None
        distance = (self.height - ray.origin.y) / ray.direction.y
        return distance if distance > 1e-6 else None

    def normal_at(self, point):
        return Vector(0.0, 1.0, 0.0)


class Scene:
    def __init__(self, things, light):
        self.things = things
        self.light = light

    def nearest(self, ray):
        best = None
        best_distance = 1e30
        for thing in self.things:
            distance = thing.intersect(ray)
            if distance is not None and distance < best_distance:
                best, best_distance = thing, distance
        return best, best_distance

    def color(self, ray, depth):
        thing, distance = self.nearest(ray)
        if thing is None:
            return 0.1
        point = ray.origin + ray.direction.scale(distance)
        normal = thing.normal_at(point)
        to_light = (self.light - point).normalized()
        blocker, _ = self.nearest(Ray(point, to_light))
        brightness = 0.1 if blocker is not None else max(0.1, normal.dot(to_light))
        color = thing.color * brightness
        if depth and thing.mirror:
            reflected = Ray(point, ray.direction.reflect(normal))
            color = color * (1 - thing.mirror) + self.color(reflected, depth - 1) * thing.mirror
        return color


def run(width=200, height=130):
    spheres = [Sphere(Vector(i * 1.5 - 3.0, 0.3 * i, 6.0 + i), 1.0, 0.3 + 0.15 * i, 0.3) for i in range(4)]
    scene = Scene(spheres + [Plane(-1.5, 0.8)], Vector(-5.0, 8.0, -2.0))
    origin = Vector(0.0, 0.0, -3.0)
    total = 0.0
    for y in range(height):
        for x in range(width):
            direction = Vector((x - width / 2) / width * 2, (height / 2 - y) / width * 2, 2.0).normalized()
            total += scene.color(Ray(origin, direction), 2)
    return "%.6f" % total


if __name__ == "__main__":
    print(run())
