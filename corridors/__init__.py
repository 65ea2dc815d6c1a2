"""Transport corridors under political access assumptions: cost, time and control."""
