"""The base of the legal console: site, theme, dashboard, evidence admin, charts."""
