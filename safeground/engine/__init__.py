"""The engine owns numbers: files in, files out, no users."""
