"""From scenario files and assumption tables to a priced decision graph.

The path, each step a function of values::

    loaded = load_scenario("baseline")                     # load.py
    check_references(loaded, Known.of_graph(graph))        # references.py
    rates = load_rates()                                   # rates.py
    compiled = compile_scenario(loaded.scenario, graph, rates)   # compile.py
"""
