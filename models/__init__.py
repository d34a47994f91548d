"""Table classes; re-exported so that Alembic sees every table by one import."""

from models.account import Account, LoginAttempt, LoginSession, RecoveryCode, ResetLink, RoleGrant
from models.annual_report import AnnualReport
from models.assessment_change import AssessmentChange
from models.audit import AuditEvent, AuditHead, AuditPayload
from models.base import Base, db
from models.business_secret import BusinessSecret
from models.data_question import QuestionAnswer
from models.enterprise import Contact, Enterprise, EnterpriseName
from models.enterprise_facts import EnterpriseFacts
from models.local_standard import LocalStandard, LocalStandardCase, LocalStandardVersion
from models.operation import HeaderMapping, ImportBatch, JobRun
from models.pool import Certificate, Membership, Pool, PoolCoverage
from models.quick_check import CheckVisit, QuickCheck
from models.rehearsal import REHEARSAL_CHANGES, Rehearsal
from models.screening import ASSESSMENTS, AssessmentCount, Candidate, RegistryState, ScreeningRun

__all__ = [
    "ASSESSMENTS",
    "REHEARSAL_CHANGES",
    "Account",
    "AnnualReport",
    "AssessmentChange",
    "AssessmentCount",
    "AuditEvent",
    "AuditHead",
    "AuditPayload",
    "Base",
    "BusinessSecret",
    "Candidate",
    "Certificate",
    "CheckVisit",
    "Contact",
    "Enterprise",
    "EnterpriseFacts",
    "EnterpriseName",
    "HeaderMapping",
    "ImportBatch",
    "JobRun",
    "LocalStandard",
    "LocalStandardCase",
    "LocalStandardVersion",
    "LoginAttempt",
    "LoginSession",
    "Membership",
    "Pool",
    "PoolCoverage",
    "QuestionAnswer",
    "QuickCheck",
    "RecoveryCode",
    "RegistryState",
    "Rehearsal",
    "ResetLink",
    "RoleGrant",
    "ScreeningRun",
    "db",
]
