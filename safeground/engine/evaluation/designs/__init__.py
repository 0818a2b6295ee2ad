"""Designs: one module a design, each a pure function from arrays to an `Effect`."""
