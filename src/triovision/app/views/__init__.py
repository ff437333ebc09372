"""The parts of the page; each lays out what other modules have computed."""
