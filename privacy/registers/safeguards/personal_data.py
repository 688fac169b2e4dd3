"""Declarations of the documents that protect transfers."""

from privacy.personal_data.declaring import exempt

exempt("safeguards.SafeguardDocument", "A document between companies, not about a person.")
