from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "consent"
    verbose_name = "Consent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.signals import email_confirmed
        from django.contrib.auth.signals import user_logged_in

        import consent.scoped.mails  # noqa: F401 - registers its template
        from accounts.merging import on_merge
        from consent import dispatch
        from consent.affected import count_stale_grants
        from consent.drafts import page_of_draft
        from consent.gate import may_send, may_use
        from consent.joining import join_browser, join_browser_of_address
        from consent.merging import keep_most_protective
        from consent.objecting import end_uses, withdraw_uses
        from consent.overruling import close_grounds
        from consent.pace import not_too_soon
        from consent.scoped.asking import ConsentDesk
        from consent.scoped.services import follow_purpose
        from consent.webhooks import tell_systems
        from privacy.jobs import send_gate
        from privacy.policy import affected, decision_gate, grant_requests, objections, previewing, withdrawals

        send_gate.register(may_send)
        send_gate.register(not_too_soon)
        decision_gate.register(may_use)
        objections.register(end_uses)
        withdrawals.register(withdraw_uses)
        grant_requests.register(ConsentDesk())
        dispatch.on_change_in_sight(follow_purpose)
        dispatch.on_change(tell_systems)
        dispatch.on_change(close_grounds)
        on_merge(keep_most_protective)
        user_logged_in.connect(join_browser, dispatch_uid="consent.join_browser")
        email_confirmed.connect(join_browser_of_address, dispatch_uid="consent.join_browser_of_address")
        affected.register(count_stale_grants)
        previewing.register(page_of_draft)
