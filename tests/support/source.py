"""The document as the generator reads it, and the names that it gives; read once in a process."""

from generator.document import Document
from generator.names import read_names
from tools.document import PATH

DOCUMENT = Document.at(PATH)
NAMES = read_names(DOCUMENT)
