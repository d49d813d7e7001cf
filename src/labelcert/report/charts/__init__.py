"""Charts of certificates and studies, computed as plain data first, drawn with Altair."""
