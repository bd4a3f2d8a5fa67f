"""The services that a demo and the tests bring along themselves; plain Python, no Django."""
