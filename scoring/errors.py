"""What can go wrong in the core."""


class ScoringError(Exception):
    """Base of every error of the core."""


class RuleFileError(ScoringError):
    """A rule file cannot be used; the message names file, key and reason.

    >>> str(RuleFileError("gazelle.toml", "rule_sets[0].criteria[2].fact", "the fact 'sales' is not known"))
    "gazelle.toml: rule_sets[0].criteria[2].fact: the fact 'sales' is not known"
    """

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}")
        self.file = file
        self.key = key
        self.reason = reason


class CaseFileError(ScoringError):
    """A golden cases file cannot be read; the message names the case and the key."""
