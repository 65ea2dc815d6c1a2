"""Facts to network: open geodata and sourced fact tables become one network.

Knows geography only: terminals, tracks, roads, sea lanes, borders and gauges. Has never
heard of a scenario or a solver.
"""
