"""The look both halves share: component macros, css and chart theme. No logic."""
