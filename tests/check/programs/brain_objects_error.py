"""A brain made of cells. Pure Python."""
import math
import random


class Cell:
    def __init__(self, sources):
        self.sources = sources
        self.w = {s: random.uniform(-0.9, 0.9) for s in sources}
        self.bias = 0.05
        self.value = 0.0
        self.error = 0.0
        self.grad = 0.0

    def compute(self):
        net = self.bias + sum(self.w[s] * s.value for s in self.sources)
        self.value = math.tanh(net)

    def slope(self):
        return 1 - self.value ** 2


class Sensor:
    value = 0.0


class Brain:
    def __init__(self, n_sensors, n_inner, n_outer):
        self.sensors = [Sensor() for _ in range(n_sensors)]
        self.inner = [Cell(self.sensors) for _ in range(n_inner)]
        self.outer = [Cell(self.inner) for _ in range(n_outer)]

    def see(self, picture):
        for sensor, v in zip(self.sensors, picture):
            sensor.value = v
        for cell in self.inner + self.outer:
            cell.compute()
        return [c.value for c in self.outer]

    def correct(self, wanted, rate=0.1):
        for cell, want in zip(self.outer, wanted):
            cell.error = cell.value - want
            cell.grad = cell.error * cell.slope()
        for cell in self.inner:
            cell.error = sum(o.error * o.w[cell] for o in self.outer)
            cell.grad = cell.error * cell.slope()
        for cell in self.inner + self.outer:
            for s in cell.sources:
                cell.w[s] -= rate * cell.grad * s.value
            cell.bias -= rate * cell.grad


bars = [([1, 1, 0, 0], [1, -1]), ([0, 0, 1, 1], [1, -1]), ([1, 0, 1, 0], [-1, 1]), ([0, 1, 0, 1], [-1, 1]), ([1, 1, 1, 1], [1, 1])]
brain = Brain(4, 5, 2)
for day in range(301):
    pain = 0
    for picture, wanted in bars:
        seen = brain.see(picture)
        pain += 0.5 * sum((a - b) ** 2 for a, b in zip(seen, wanted))
        brain.correct(wanted)
    if day % 60 == 0:
        print(day, pain)
