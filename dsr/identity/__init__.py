"""Who asks: how sure we must be for what is asked, and how a person shows it. No more than that is ever asked."""
