"""From scenario files and assumption tables to a priced decision graph.

The path, each step a function of values::

    register = load_register()                              # register.py
    names = Names(graph, branches, register)                # references.py
    loaded = load_scenario("baseline", names=names)         # load.py
    rates = load_rates()                                    # rates.py
    compiled = compile_scenario(loaded.scenario, snapshot, rates, register)  # compile.py

What may pass where, and what projects would add, as arrays over the same graph::

    capacities = load_capacities(checks_places=False)       # capacities.py
    rows = capacity_rows(loaded.scenario, compiled, capacities)               # capacity.py
    projects = load_projects(capacities=capacities, checks_places=False)      # projects.py
    effects = project_effects(projects, rows, compiled)     # project_effects.py
"""
