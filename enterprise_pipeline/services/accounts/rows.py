"""An account's row, held by one writer at a time."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.errors import NotFound
from enterprise_pipeline.services.texts import N_, Text
from models import Account


def locked_account(session: Session, account_id: int) -> Account:
    """The account, held until the transaction ends; NotFound when there is none."""
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None:
        raise NotFound(Text(N_("没有编号为 %(id)s 的账号。"), id=account_id))
    return account
