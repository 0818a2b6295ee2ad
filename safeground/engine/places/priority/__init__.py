"""Priority neighbourhoods: where risk factors of violence come together, how sure that is, and why."""
