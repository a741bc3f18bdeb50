"""What each operation of the document does: one module per tag, one function per operationId."""
