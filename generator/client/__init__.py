"""The client to write: names, methods, models and types, as the templates want them."""
