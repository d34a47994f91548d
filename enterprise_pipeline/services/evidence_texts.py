"""Until when evidence counts, as a sentence."""

from enterprise_pipeline.services.texts import N_, Text
from scoring.evidence import Clock, Evidence


def evidence_text(evidence: Evidence | None) -> Text:
    """Until when evidence counts; empty where there is none or it does not lapse."""
    if evidence is None or (evidence.clock is Clock.STANDING and not evidence.moves):
        return Text("")
    if evidence.until is None:
        certificate = evidence.clock is Clock.CERTIFICATE
        return Text(N_("证书到期日未知")) if certificate else Text(N_("随时间窗口变化"))
    until = evidence.until.isoformat()
    if evidence.moves:
        return Text(N_("有效至 %(day)s；部分随时间窗口变化"), day=until)
    return Text(N_("有效至 %(day)s"), day=until)
