# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""What the walks and the attacks on the desk write; all persons are fictitious."""

# As a form has it
REFERRAL_VALUES = {
    "last_name": "TESTARD", "first_name": "Alpha", "safe_phone": "0639980001", "beneficiary_profile": "victim",
    "main_issue": "couple_violence", "referral_mode": "direct", "referral_origin": "intervention", "minors_present": "2",
    "adhesion_status": "given", "person_informed": "informed",
}
# As a person chooses and types it
REFERRAL = REFERRAL_VALUES | {
    "safe_phone": "06 39 98 00 01", "beneficiary_profile": "victime", "main_issue": "violences au sein du couple",
    "referral_mode": "directe", "adhesion_status": "donnée", "person_informed": "oui",
}
# As a command has it
REFERRAL_ARGUMENTS = [
    "send", "referral", "--to", "iscg-est@avema01", "--yes",
    *(argument for name, value in REFERRAL_VALUES.items() for argument in ("--set", f"{name}={value}")),
]

ORIENTATION_VALUES = {
    "last_name": "TESTARD", "first_name": "Alpha", "safe_phone": "06 39 98 00 01", "needs": ["housing"],
    "request": "Un rendez-vous.", "consent_date": "20/11/2026", "shared_scope": ["identity", "contact", "needs", "attachments"],
    "adhesion_status": "given", "person_informed": "informed",
}
ORIENTATION = ORIENTATION_VALUES | {"adhesion_status": "donnée", "person_informed": "oui"}

# The smallest that calls itself one
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
