"""The operations of the document: one module per tag, one function per operationId."""
