"""Article 16 GDPR: a value is corrected here at once and in every outside system, with what stood there before."""
