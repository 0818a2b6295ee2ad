"""Whether a delivery keeps its contract: rules compiled and asked, problems worded, results kept."""
