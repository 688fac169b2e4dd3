"""What Kept itself stores about outside systems: where they are and what kinds of data they hold."""

from privacy.personal_data.declaring import exempt

exempt("connectors.ConnectedSystem", "Addresses of databases and maps of their columns: kinds of data, no person's.")
exempt("connectors.ServicePace", "When a service may be called again, by the key of the system.")
exempt("connectors.VendorRequest", "What we filed at a vendor, in ids and states; whom about is a keyed hash.")
