"""From scenario files and assumption tables to a priced decision graph.

The path, each step a function of values::

    register = load_register()                              # register.py
    names = Names(graph, branches, register)                # references.py
    loaded = load_scenario("baseline", names=names)         # load.py
    rates = load_rates()                                    # rates.py
    compiled = compile_scenario(loaded.scenario, snapshot, rates, register)  # compile.py
"""
