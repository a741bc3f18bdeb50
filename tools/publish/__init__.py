"""Contents of dist/ made by `make publish`: the document's forms, its reference page, the Python distribution."""
