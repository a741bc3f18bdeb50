"""The document as the generator reads it, and the names that it gives; read once in a process."""

from generator.client.names import read_names
from generator.document.document import Document
from tools.document import PATH

DOCUMENT = Document.at(PATH)
NAMES = read_names(DOCUMENT)
