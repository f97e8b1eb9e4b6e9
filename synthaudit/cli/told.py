"""Commands and options that are explained in the language of the moment: ``--help`` is looked up when it is shown."""

import click

from synthaudit.files.retold import retold


class _Told:
    """Help that is kept as it was marked; words of click itself ("Usage", "default") are those of its own catalogue."""

    _help: str | None = None

    def _looked_up(self) -> str | None:
        return None if self._help is None else retold(self._help)

    def _keep(self, text: str | None) -> None:
        self._help = text

    help = property(_looked_up, _keep)


class Command(_Told, click.Command):
    """A command whose help is a message of the catalogue."""


class Group(_Told, click.Group):
    """A group of such commands."""

    command_class = Command


Group.group_class = Group


class Option(_Told, click.Option):
    """An option whose help is a message of the catalogue, and the words of its metavar are."""

    def make_metavar(self, ctx: click.Context) -> str:
        """Looked up."""
        return retold(super().make_metavar(ctx))
