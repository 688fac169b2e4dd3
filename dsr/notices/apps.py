from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "dsr.notices"
    label = "notices"
    verbose_name = "Notices to recipients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dsr.evidence.rows import register_part
        from dsr.notices import events  # noqa: F401  (registers its topics)
        from dsr.notices.answering import answers_of_tasks, look_again_later
        from dsr.notices.chasing import chase
        from dsr.notices.people import cases_in_work, hear, require_people
        from dsr.notices.selectors import rows_of_tasks
        from dsr.notices.services import notify_recipients
        from dsr.notices.tasks import require_answered
        from dsr.services.moving import on_closing
        from dsr.services.system_answers import register_answers
        from privacy.personal_data.late_answers import on_overdue
        from privacy.personal_data.people import on_answer, register_cases

        register_answers(answers_of_tasks)
        register_part("tasks", rows_of_tasks)
        on_closing(require_answered)
        on_closing(require_people)
        register_cases(cases_in_work)
        on_answer(hear)
        on_overdue(chase)
        on_closing(notify_recipients)
        on_closing(look_again_later)
