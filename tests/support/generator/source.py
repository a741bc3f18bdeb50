"""The document as the generator reads it, and the names that it gives; read once in a process."""

import json

from generator.client.names import read_names
from generator.document.document import Document
from tools.document import document

DOCUMENT = Document(json.dumps(document()).encode())  # the generator's own reading of YAML takes ten times as long
NAMES = read_names(DOCUMENT)
