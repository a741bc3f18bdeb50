"""Every lie that can be told, and the truth, told in the same way."""

from pathlib import Path

from tools.document import document
from tools.mutation.document_mutations import document_lies, prose_lies, write
from tools.mutation.mutation import Lie, numbered
from tools.mutation.source_mutations import generator_lies, runtime_lies, server_lies
from tools.mutation.template_mutations import template_lies


def all_lies() -> list[Lie]:
    of_code = [*server_lies(), *runtime_lies(), *generator_lies(), *template_lies()]
    return numbered([*document_lies(), *prose_lies(), *of_code])


def honest(side: str) -> Lie:
    """No lie at all; where the document would be written anew it is."""

    def tell(tree: Path) -> None:
        if side in ("document", "prose"):
            write(document(), tree)

    return Lie(side, "the truth", side, tell)
