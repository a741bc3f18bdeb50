"""What `make publish` leaves in dist/: the document in its forms, its reference page, and the Python distribution."""
