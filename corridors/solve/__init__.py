"""Arrays in, arrays out: shortest ways and flows. Nothing here knows geography.

Any network will do, from anywhere: docs/engine.md has a longer example.

Examples
--------
A port, a dry port and two lines between them; ten units, of which the cheap line takes six:

>>> import numpy as np
>>> from corridors.solve.flow import carry
>>> from corridors.solve.problem import Capacities, Demands, FlowClass, FlowProblem
>>> lines = FlowClass(
...     tail=np.array([0, 0], np.int32), head=np.array([1, 1], np.int32), arc=np.arange(2),
...     cost=np.array([5.0, 8.0]), usable=np.ones(2, bool), n_nodes=2,
... )
>>> wanted = Demands(
...     cls=np.array([0]), origin=np.array([0]), destinations=[np.array([1])],
...     volume=np.array([10.0]), penalty=np.array([20.0]),
... )
>>> limits = Capacities.on_arcs(np.array([0]), np.array([6.0]), of=2)
>>> flow = carry(FlowProblem([lines], wanted, limits))
>>> flow.status, flow.cost_usd, flow.gap
('optimal', 62.0, 0.0)
"""
