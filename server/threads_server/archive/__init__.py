"""Everything of an account as lines of JSON, and back: for a move to another database, and for keeping.

A first line names the account; then comes a line for each assistant, then one for each thread, whole: its history, its
files, and its run if that waits for tool outputs; a last line has counts and a digest. Ids, times and the order of
messages stay. Keys, event logs and stored responses do not travel; a run in progress does not either, but the message
that it works on does.
"""

from threads_server.archive.errors import BadArchive
from threads_server.archive.exporting import export_account
from threads_server.archive.importing import check_archive, import_account

__all__ = ["BadArchive", "check_archive", "export_account", "import_account"]
