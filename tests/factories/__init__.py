"""Factories for every model, one module an app; import from the module of the app you need."""
