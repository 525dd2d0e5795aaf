"""Why a command cannot be carried out."""


class Refused(Exception):
    """One line for the person at the terminal: what is wrong, and the remedy."""
