from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "privacy.intake"
    label = "intake"
    verbose_name = "Intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from functools import partial

        from accounts.merging import after_merge
        from privacy.intake.services import promotions, publishing
        from privacy.intake.services.devices import index_anew
        from privacy.intake.visitor_events.linking import follow_links, link_visits
        from privacy.personal_data.rekeying.columns import register_keyed
        from privacy.policy import grant_requests

        after_merge(link_visits)
        grant_requests.on_change(follow_links)
        register_keyed("intake.Device", "index", index_anew)

        for kind, model in publishing.KINDS.items():
            grant_requests.scope_kind(kind, partial(publishing.show_publications, model=model))
        grant_requests.scope_kind("promotion", promotions.show_promotions)
        grant_requests.on_change(publishing.follow_grants)
        grant_requests.on_change(promotions.follow_grants)
