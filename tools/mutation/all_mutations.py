"""All mutations, and the mutation that changes nothing."""

from pathlib import Path

from tools.document import document
from tools.mutation.mutation import Mutation, numbered
from tools.mutation.mutators.document_mutations import document_mutations, prose_mutations, write
from tools.mutation.mutators.source_mutations import generator_mutations, runtime_mutations, server_mutations
from tools.mutation.mutators.template_mutations import template_mutations


def all_mutations() -> list[Mutation]:
    of_code = [*server_mutations(), *runtime_mutations(), *generator_mutations(), *template_mutations()]
    return numbered([*document_mutations(), *prose_mutations(), *of_code])


def unchanged(side: str) -> Mutation:
    """Change nothing; the document is rewritten as a mutation of it would be."""

    def apply(tree: Path) -> None:
        if side in ("document", "prose"):
            write(document(), tree)

    return Mutation(side, "unchanged", side, apply)
