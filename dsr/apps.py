from django.apps import AppConfig


class DsrConfig(AppConfig):
    name = "dsr"
    verbose_name = "Subject requests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dsr import checks  # noqa: F401  (registers itself with Django)
        from dsr.identity.services.evidence import sealed_anew
        from dsr.services.answering import person_of_package
        from dsr.services.asking_again import asked_again_on
        from dsr.services.releasing import staff_notes_about
        from dsr.services.reminding import may_remind
        from dsr.services.waking import wake_runs
        from privacy.jobs import send_gate
        from privacy.kernel.blind_index import blind_index
        from privacy.personal_data.late_answers import on_late_answer
        from privacy.personal_data.leaks.screening import register_notes
        from privacy.personal_data.prepared import register_person
        from privacy.personal_data.rekeying.columns import register_keyed
        from privacy.policy import asking_bars

        register_keyed("identity.EvidenceFile", "sealed_key", sealed_anew)
        register_keyed("dsr.Contact", "index", lambda row: blind_index("email", row.email))
        send_gate.register(may_remind)
        asking_bars.register(asking_bars.SUBJECT_REQUEST, asked_again_on)
        on_late_answer(wake_runs)
        register_person("case", person_of_package)
        register_notes("cases", staff_notes_about)
