"""What users call: `certify`, `certify_collective`, and the certificates they return."""

from labelcert.certificates.certificate import Certificate, Witness
from labelcert.certificates.collective import certify_collective
from labelcert.certificates.collective_certificate import CollectiveCertificate
from labelcert.certificates.samplewise import certify
from labelcert.certificates.threat import ThreatModel

__all__ = [
    "Certificate",
    "CollectiveCertificate",
    "ThreatModel",
    "Witness",
    "certify",
    "certify_collective",
]
