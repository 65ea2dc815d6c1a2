"""Results as files for people and programs: GeoJSON, tables, maps."""
