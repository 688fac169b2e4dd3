"""Mail that rests on consent: list headers, one-click, campaigns, measured links, opt-outs that come by mail."""
