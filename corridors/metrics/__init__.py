"""Numbers with names: routes, corridor families and chokepoints from arrays of arcs."""
