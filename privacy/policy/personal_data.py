"""The policy holds no personal data: it is about kinds of data, not about people."""

from privacy.personal_data.declaring import exempt

for name in ("Site", "Category", "Purpose", "Notice", "Recipient", "RetentionPeriod", "ShownFigure"):
    exempt(f"policy.{name}", "The published policy: about kinds of data, not about people.")
exempt("policy.BoardReading", "What live controls say of themselves: figures, which name nobody.")
exempt("policy.PolicyVersion", "The published policy; who published it stands as the id of a staff account.")
