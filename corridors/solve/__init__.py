"""Arrays in, arrays out: shortest ways and flows. Nothing here knows geography."""
