"""Browser signals: Global Privacy Control and Do Not Track. They lower permission and never raise it."""
