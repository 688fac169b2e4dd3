"""Declarations of OpenDSR."""

from privacy.personal_data.declaring import exempt

ITS_OWN = "A business customer alone decides about these people and answers them (Art. 28 GDPR)"
exempt("opendsr.Controller", "A company, its systems, and the hosts that it is called back at.")
exempt("opendsr.ProtocolRequest", f"{ITS_OWN}; whom it is about is blanked 30 days after its end.")
exempt("opendsr.Callback", "What was told to a company about a request, in codes.")
