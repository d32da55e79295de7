"""Schelling's model (small and large case of the framework comparison) in Mesa: one line per result, like
`cargo bench --bench classic_models -- --tsv`. Both of Mesa's grids are timed; the better one counts.

Processor time, not wall time: a run takes so long that other work on the machine would be counted with it."""

import gc
import sys
import time

from mesa import Agent, Model
from mesa.discrete_space import CellAgent, OrthogonalMooreGrid
from mesa.space import SingleGrid

CASES = {"S": (40, 1000, 1, 3, 5), "L": (100, 8000, 2, 8, 2)}
TICKS = 20


class GridAgent(Agent):
    def __init__(self, model, group):
        super().__init__(model)
        self.group = group

    def step(self):
        model, group = self.model, self.group
        like = 0
        for other in model.grid.iter_neighbors(self.pos, moore=True, radius=model.radius):
            if other.group == group:
                like += 1
        if like < model.min_like:
            model.grid.move_to_empty(self)
        else:
            model.happy += 1


class GridTown(Model):
    def __init__(self, size, agents, radius, min_like, seed):
        super().__init__(seed=seed)
        self.radius, self.min_like, self.happy = radius, min_like, 0
        self.grid = SingleGrid(size, size, torus=False)
        places = [(x, y) for x in range(size) for y in range(size)]
        self.random.shuffle(places)
        for i in range(agents):
            self.grid.place_agent(GridAgent(self, i % 2), places[i])

    def step(self):
        self.happy = 0
        self.agents.shuffle_do("step")


class RoomAgent(CellAgent):
    def __init__(self, model, group, cell):
        super().__init__(model)
        self.group = group
        self.cell = cell

    def step(self):
        model, group = self.model, self.group
        like = 0
        for other in self.cell.get_neighborhood(radius=model.radius).agents:
            if other.group == group:
                like += 1
        if like < model.min_like:
            self.cell = model.grid.select_random_empty_cell()
        else:
            model.happy += 1


class RoomTown(Model):
    def __init__(self, size, agents, radius, min_like, seed):
        super().__init__(seed=seed)
        self.radius, self.min_like, self.happy = radius, min_like, 0
        self.grid = OrthogonalMooreGrid((size, size), torus=False, capacity=1, random=self.random)
        cells = list(self.grid.all_cells)
        self.random.shuffle(cells)
        for i in range(agents):
            RoomAgent(self, i % 2, cells[i])

    def step(self):
        self.happy = 0
        self.agents.shuffle_do("step")


def measure(town, size, agents, radius, min_like, repeats):
    ticks_s, all_s, happy = [], [], []
    for seed in range(repeats):
        gc.collect()
        start = time.process_time()
        model = town(size, agents, radius, min_like, seed)
        ready = time.process_time()
        for _ in range(TICKS):
            model.step()
        end = time.process_time()
        ticks_s.append(end - ready)
        all_s.append(end - start)
        happy.append(model.happy / agents)
    return min(ticks_s), min(all_s), sum(happy) / repeats


for case, (size, agents, radius, min_like, repeats) in CASES.items():
    for name, town in (("mesa (mesa.space)", GridTown), ("mesa (mesa.discrete_space)", RoomTown)):
        print(name, case, *measure(town, size, agents, radius, min_like, repeats), sep="\t")
        sys.stdout.flush()
