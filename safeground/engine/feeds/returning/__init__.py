"""What goes back to a sender: a file's check, its coloured copy, an empty template, the scorecard."""
