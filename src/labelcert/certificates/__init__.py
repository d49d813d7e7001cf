"""What users call: `certify`, `certify_collective`, `advise`, and what they return."""

from labelcert.certificates.advice import Advice, AdviceStep
from labelcert.certificates.certificate import Certificate
from labelcert.certificates.collective import certify_collective
from labelcert.certificates.collective_certificate import CollectiveCertificate
from labelcert.certificates.greedy_trust import advise
from labelcert.certificates.influence import influential_labels
from labelcert.certificates.samplewise import certify
from labelcert.certificates.threat import ThreatModel
from labelcert.certificates.witness import Witness

__all__ = [
    "Advice",
    "AdviceStep",
    "Certificate",
    "CollectiveCertificate",
    "ThreatModel",
    "Witness",
    "advise",
    "certify",
    "certify_collective",
    "influential_labels",
]
