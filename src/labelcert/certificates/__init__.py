"""What users call: `certify` and its sisters, `advise`, and what they return."""

from labelcert.certificates.advising import advise
from labelcert.certificates.advising_linearly import advise_linear
from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.certifying import certify
from labelcert.certificates.certifying_collectively import certify_collective
from labelcert.certificates.certifying_linearly import certify_linear
from labelcert.certificates.influence import influential_labels
from labelcert.certificates.results.advice import Advice, AdviceStep
from labelcert.certificates.results.alternative import Alternative
from labelcert.certificates.results.certificate import Certificate
from labelcert.certificates.results.collective_certificate import CollectiveCertificate
from labelcert.certificates.results.flip_check import FlipCheck
from labelcert.certificates.results.relaxation_gap import RelaxationGap
from labelcert.certificates.results.suspicion import Suspicion
from labelcert.certificates.results.witness import Witness
from labelcert.certificates.suspecting import suspicious_labels

__all__ = [
    "Advice",
    "AdviceStep",
    "Alternative",
    "Certificate",
    "CollectiveCertificate",
    "FlipCheck",
    "RelaxationGap",
    "Suspicion",
    "ThreatModel",
    "Witness",
    "advise",
    "advise_linear",
    "certify",
    "certify_collective",
    "certify_linear",
    "influential_labels",
    "suspicious_labels",
]
