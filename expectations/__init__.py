"""What the data must look like: suites, one-pass rules and the GX verdict."""
