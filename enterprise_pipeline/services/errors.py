"""What services raise when a user, not a programmer, has to act; pages and commands show the message."""


class ServiceError(Exception):
    """A use case could not be done; ``message`` says what is wrong and what to do, in Chinese."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(ServiceError):
    """The thing asked for does not exist (any more)."""


class FieldConflict(ServiceError):
    """A value clashes with what is stored; ``field`` names the form field to pin the message to."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class StaleVersion(ServiceError):
    """Somebody else changed the row since this form was opened; nothing was saved."""

    def __init__(
        self, message: str = "这条记录在您打开之后已被他人修改，您的改动没有保存。请刷新后重新填写。"
    ) -> None:
        super().__init__(message)


class BadFile(ServiceError):
    """A file cannot be used: what is wrong, ``place`` (sheet, row, column) and ``remedy``."""

    def __init__(self, message: str, place: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        """The whole message, for a terminal."""
        return " ".join(part for part in (self.place, self.message, self.remedy) if part)
