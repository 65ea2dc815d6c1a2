"""One module per source: bytes to tidy arrays, no network logic."""
