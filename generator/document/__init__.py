"""Reading a document: what it says of operations, bodies, answers, schemas, keys and paging."""
