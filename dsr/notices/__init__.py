"""Article 19 GDPR: who received a person's data is told of its erasure, correction or restriction; and the tasks of
people where no connector reaches."""
