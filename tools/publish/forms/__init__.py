"""Forms of the document for tools that do not read OpenAPI 3.1 as it is written."""
