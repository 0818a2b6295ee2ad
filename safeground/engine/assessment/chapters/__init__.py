"""One module a chapter, each with one function `make_<chapter>(evidence, outline, audience)` that returns its blocks."""
